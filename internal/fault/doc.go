// Package fault contains only tests. They stop runs and merges at each of their writes, make writes fail, limit memory, cut the
// power and damage files, and check the result of the next start. Some of the cases always run. To run all of them and
// write the table of results:
//
//	go test ./internal/fault -timeout 2h -full -table ../../docs/reliability.md
package fault
