package plots

import (
	"cmp"
	"slices"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots/internal/curve"
)

// bySetting returns a metric of each setting, in the order of their first runs, divided by beta if divided is set.
func bySetting(runs []Swept, metric string, divided bool) (all []metrics.Replicates) {
	histories, divisors := map[string][]metrics.History{}, map[string][]float64{}
	var names []string
	for _, run := range runs {
		name, divisor := cmp.Or(run.Setting, run.Name), 1.0
		if divided {
			divisor = run.Beta
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		histories[name], divisors[name] = append(histories[name], run.History), append(divisors[name], divisor)
	}
	for _, name := range names {
		all = append(all, metrics.Replicate(name, metric, histories[name], divisors[name]))
	}
	return all
}

func means(all []metrics.Replicates) (series []Series) {
	for _, r := range all {
		series = append(series, Series{Name: r.Name, X: r.Steps, Y: r.Mean})
	}
	return series
}

// withSeeds adds a line for each setting, and a band from the lowest to the highest of its seeds if there are several.
func (p panel) withSeeds(all []metrics.Replicates) panel {
	p.lines = exactLines(means(all), true)
	for i, r := range all {
		if r.Runs > 1 {
			b := band{above: curve.Points(r.Steps, r.High), below: curve.Points(r.Steps, r.Low), color: withAlpha(p.lines[i].color, 0x30)}
			p.bands, p.lines = append(p.bands, b), append(p.lines, line{points: b.above, color: b.color}, line{points: b.below, color: b.color})
		}
	}
	return p
}
