// Package upload sends files to a repository on the Hugging Face hub, as one commit. [Push] is what to call, [Preview] tells
// what it would send.
//
// Large files go to the hub's storage with the protocol of Git LFS, in parts if the hub wants them so; the commit names them by
// their hash, and has small files as they are. The hub's newer storage, Xet, has no published protocol; the hub accepts LFS too.
package upload
