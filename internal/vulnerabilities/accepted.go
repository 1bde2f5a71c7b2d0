package main

// accepted are the findings that stay, each with the reason.
var accepted = map[string]string{
	"GO-2026-5970": "in GoNB's tools, where only the reader's own code reaches it",

	"GO-2026-4569": "gopls serves the Model Context Protocol only where it is told to, and GoNB starts it without",
	"GO-2026-4770": "gopls serves the Model Context Protocol only where it is told to, and GoNB starts it without",
	"GO-2026-4773": "gopls serves the Model Context Protocol only where it is told to, and GoNB starts it without",
	"GO-2026-5771": "gopls serves the Model Context Protocol only where it is told to, and GoNB starts it without",
}
