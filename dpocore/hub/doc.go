// Package hub downloads files of models and datasets from the Hugging Face hub into the cache of Hugging Face's own tools,
// and finds what is in that cache already.
//
// [Fetch] downloads named files of a [Repo] and returns the folder that contains them. To choose files by what the
// repository has, call [Open] first: [Snapshot.Files] lists them and [Snapshot.Fetch] downloads some.
//
// An interrupted download resumes where it stopped, also in another process. A file appears under its name only once its
// size and hash are those that the hub announced. If the hub can't be reached, the package uses what is in the cache.
//
// The settings are those of Hugging Face's tools: HF_TOKEN, HF_TOKEN_PATH and HF_HOME/token for the account, HF_HOME and
// HF_HUB_CACHE for the cache, HF_ENDPOINT for the address of the hub, HF_HUB_OFFLINE to work offline.
//
// The hub package of github.com/gomlx/go-huggingface v0.4.0, which this module uses for GGUF files, is not enough: of these
// settings it knows only HF_ENDPOINT, it needs a network even for cached files (it deletes the old list of files and asks
// for a new one), it restarts interrupted downloads, and it checks neither size nor hash.
package hub
