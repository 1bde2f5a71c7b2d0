// Package plots draws a training run: pictures fit for a slide as they are.
//
// Start with Overview, the four figures that tell how a run goes, and WriteRun,
// which leaves every figure of a run in its folder. Loss, Rewards, Margin,
// Accuracy, LogProbs and Heldout are the single figures; Overlay lays one metric of
// several runs over each other, and Lines draws any series.
//
// A Figure is drawn by its PNG or SVG method. Whatever was recorded can be drawn: a
// run without a step, with a single one, with NaN where a loss blew up, or with
// thousands of steps. A value that isn't finite is a gap in its line.
//
// The order of drawing: a function such as Loss fills a panel with lines, bands and
// references, a Figure lays its panels out, and a panel draws title, legend, axes
// and data from the top down.
package plots
