// Command hub serves a Hugging Face hub in memory, for the token hf_interop of the user "me", until its standard input ends. It
// prints its address, and at the end how often the part or object was sent that was sent most often.
package main

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"

	"example.com/gonb-dpo/internal/localhub"
)

func main() {
	hub := localhub.New(map[string]string{"hf_interop": "me"})
	server := httptest.NewServer(hub)
	fmt.Println(server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
	server.Close()
	fmt.Println(hub.Received())
}
