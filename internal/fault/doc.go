// Package fault holds no code but tests: they stop runs and merges at each of their writes, let writes fail, take memory
// and power away and damage files, and look at what the next start makes of it. A part of the tries runs with every test;
// all of them, and the table of what happened, by
//
//	go test ./internal/fault -timeout 2h -full -table ../../docs/reliability.md
package fault
