// Package hub fetches files of models and datasets from the Hugging Face hub into the cache that Hugging Face's own
// tools use, and finds what lies there already.
//
// [Fetch] brings named files of a [Repo] and returns the folder that holds them. Where the files depend on what the
// repository has, [Open] comes first: [Snapshot.Files] lists them and [Snapshot.Fetch] brings some.
//
// A broken download goes on where it stopped, in this program or in another one; a file appears under its name only once
// its length and its hash are those that the hub announced. Where the hub can't be reached, what the cache holds is
// used.
//
// The settings are those of Hugging Face's tools: HF_TOKEN, HF_TOKEN_PATH and HF_HOME/token for who asks, HF_HOME and
// HF_HUB_CACHE for the cache, HF_ENDPOINT for the hub's address, HF_HUB_OFFLINE to ask nobody.
//
// It is written on net/http. The hub package of github.com/gomlx/go-huggingface v0.4.0, which this module uses for GGUF
// files, knows neither these settings (but HF_ENDPOINT) nor how to go on without a network: it asks for the list of files
// each time and removes the old one first. It begins a broken download again from nothing, and checks neither length nor
// hash.
package hub
