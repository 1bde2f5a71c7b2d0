package main

// accepted lists the findings that are tolerated, each with the reason.
var accepted = map[string]string{
	"GO-2026-5970": "in GoNB's tools, where only the user's code reaches it",

	"GO-2026-4569": "gopls serves the Model Context Protocol only on request, and GoNB does not request it",
	"GO-2026-4770": "gopls serves the Model Context Protocol only on request, and GoNB does not request it",
	"GO-2026-4773": "gopls serves the Model Context Protocol only on request, and GoNB does not request it",
	"GO-2026-5771": "gopls serves the Model Context Protocol only on request, and GoNB does not request it",
}
