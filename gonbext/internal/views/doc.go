// Package views renders results: reports, diagnoses, inspections, rankings and tables.
//
// Each type implements output.Content; each function returns one.
package views
