// Package plots draws training runs as figures that fit on a slide.
//
// Start with Overview, the four most important metrics of a run, and WriteRun, which writes all figures of a run
// into its folder. Loss, Rewards, Margin, Accuracy, LogProbs and Heldout are single figures; Overlay draws one
// metric of several runs, and Lines any series.
//
// The methods PNG and SVG draw a Figure. Any record can be drawn: a run without a step, with one step, with NaN
// after a loss diverged, or with thousands of steps. A value that isn't finite is a gap in its line.
//
// A function such as Loss fills a panel with lines, bands and references; a Figure lays out its panels; a panel
// draws title, legend, axes and data from top to bottom.
package plots
