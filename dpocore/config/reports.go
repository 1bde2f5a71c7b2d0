package config

// What beside its logs a run writes its figures to, under transformers' names.
const (
	NoReport    = "none"
	TensorBoard = "tensorboard" // an event file in the run folder
)

// Reports lists the values of Config.ReportTo.
var Reports = []string{NoReport, TensorBoard}
