package adapter

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/sums"
)

// namePrefix is before a projection's path in the names of its factors.
const namePrefix = "base_model.model."

// projection is a projection of one layer that has LoRA.
type projection struct {
	a, b  string // names of its factors in the file
	rank  int
	alpha float64
}

// Load reads the adapter in dir for a model: its LoRA settings, their layout in that model, and the values in that
// layout. It fails if the adapter belongs to a model of another shape.
//
// In the layout a projection has the same rank and scale in all layers. If an adapter is of another form, which PEFT's patterns
// allow, all have the highest rank: the additional rows of A and columns of B are zero, and B takes up the difference in
// scale. Where a layer has no LoRA on a projection that has it in another layer, both factors are zero.
func Load(dir string, model decoder.Config) (layout decoder.Layout, values []float32, err error) {
	config, err := readLoadable(dir)
	if err != nil {
		return layout, nil, err
	}
	file, err := openWeights(dir)
	if err != nil {
		return layout, nil, err
	}
	defer file.Close()
	projections, err := config.match(dir, file, model)
	if err != nil {
		return layout, nil, err
	}
	lora := config.common(projections, model)
	if layout, err = decoder.NewLayout(model, lora); err != nil {
		return layout, nil, fmt.Errorf("read the adapter %s: %w", dir, err)
	}
	values, err = fill(file, layout, projections)
	if err != nil {
		return layout, nil, fmt.Errorf("read the adapter %s: %w", dir, err)
	}
	return layout, values, nil
}

// openWeights opens the weights of the adapter in dir, which must match the folder's checksum, if any.
func openWeights(dir string) (*safetensors.File, error) {
	if err := sums.Check(dir, weightsFile); err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	file, err := safetensors.Open(filepath.Join(dir, weightsFile))
	if err != nil {
		return nil, openError(dir, err)
	}
	return file, nil
}

// match finds the factors of each projection that has LoRA, by the projection's path, such as
// model.layers.0.self_attn.q_proj. Every tensor of the file must be one of them.
func (c loadable) match(dir string, file *safetensors.File, model decoder.Config) (map[string]projection, error) {
	names := map[string]string{} // PEFT's name of each tensor to the one in the file, which may have the adapter's name
	for _, name := range file.Names() {
		names[strings.Replace(name, ".default.", ".", 1)] = name
	}
	all, err := decoder.NewLayout(model, decoder.LoRA{Rank: 1, Alpha: 1, Modules: decoder.AllModules})
	if err != nil {
		return nil, err
	}
	shapes := map[string][]int{}
	for _, factor := range all.Factors {
		shapes[factor.Name] = slices.Clone(factor.Shape)
	}
	found := map[string]projection{}
	for _, factor := range all.Factors {
		if !factor.IsA {
			continue
		}
		nameA := factor.Name
		path := strings.TrimSuffix(strings.TrimPrefix(nameA, namePrefix), ".lora_A.weight")
		nameB := namePrefix + path + ".lora_B.weight"
		targeted, err := c.targets(path, names[nameA] != "" || names[nameB] != "")
		if err != nil {
			return nil, fmt.Errorf("read the adapter %s: %w", dir, err)
		}
		if !targeted {
			continue
		}
		p := projection{a: names[nameA], b: names[nameB]}
		if p.rank, p.alpha, err = c.rankAndAlpha(path); err != nil {
			return nil, fmt.Errorf("read the adapter %s: %w", dir, err)
		}
		shapes[nameA][0], shapes[nameB][1] = p.rank, p.rank
		if err := checkFactor(file, dir, nameA, p.a, shapes[nameA]); err != nil {
			return nil, err
		}
		if err := checkFactor(file, dir, nameB, p.b, shapes[nameB]); err != nil {
			return nil, err
		}
		found[path] = p
		delete(names, nameA)
		delete(names, nameB)
	}
	if len(names) > 0 {
		return nil, extraError(dir, slices.Sorted(maps.Values(names)))
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the adapter %s has LoRA on no projection of this model; it belongs to another model", dir)
	}
	return found, nil
}

// checkFactor checks that a factor is in the file, under the name stored, and has its shape.
func checkFactor(file *safetensors.File, dir, name, stored string, shape []int) error {
	info, ok := file.Info(stored)
	if !ok {
		return fmt.Errorf("the adapter %s has no tensor %s; it belongs to another model", dir, name)
	}
	if !slices.Equal(info.Shape, shape) {
		return fmt.Errorf("the adapter %s has %s in shape %v where this model needs %v; it belongs to another model", dir, stored, info.Shape, shape)
	}
	return nil
}

// extraError explains tensors that are no LoRA factor of the model's projections.
func extraError(dir string, names []string) error {
	for _, name := range names {
		if !strings.Contains(name, ".lora_A.") && !strings.Contains(name, ".lora_B.") || strings.Contains(name, "lm_head") {
			return fmt.Errorf("the adapter %s has the tensor %s, which is not a factor of LoRA on a projection; %s", dir, name, wayOut)
		}
	}
	return fmt.Errorf("the adapter %s has %d tensors that this model does not have (such as %s); it belongs to another model", dir, len(names), names[0])
}

// common returns the settings of a layout that has room for all projections.
func (c loadable) common(projections map[string]projection, model decoder.Config) decoder.LoRA {
	lora := decoder.LoRA{RankStabilized: c.UseRSLoRA}
	of, layers := byModule(projections), map[int]int{}
	for _, path := range slices.Sorted(maps.Keys(projections)) {
		layers[layerOf(path)]++
		if p := projections[path]; p.rank > lora.Rank {
			lora.Rank, lora.Alpha = p.rank, p.alpha
		}
	}
	for _, module := range model.Modules() {
		if len(of[module]) > 0 {
			lora.Modules = append(lora.Modules, module)
		}
	}
	if isEven(of) {
		lora.Rank, lora.Alpha = *c.Rank, *c.Alpha
		lora.Ranks, lora.Alphas = patternsOf(of, lora)
	}
	whole := func(layer int) bool { return layers[layer] == len(lora.Modules) }
	if some := slices.Sorted(maps.Keys(layers)); len(some) < model.Layers && !slices.ContainsFunc(some, func(layer int) bool { return !whole(layer) }) {
		lora.Layers = some
	}
	return lora
}

// byModule groups projections by their names, such as q_proj.
func byModule(projections map[string]projection) map[string][]projection {
	of := map[string][]projection{}
	for path, p := range projections {
		of[decoder.ModuleOf(path)] = append(of[decoder.ModuleOf(path)], p)
	}
	return of
}

// isEven reports whether each projection has one rank and one alpha.
func isEven(of map[string][]projection) bool {
	for _, list := range of {
		if slices.ContainsFunc(list, func(p projection) bool { return p.rank != list[0].rank || p.alpha != list[0].alpha }) {
			return false
		}
	}
	return true
}

// Uneven reports whether an adapter has a projection with another rank or alpha in some layer than in others, as PEFT's patterns
// allow. [Load] then puts it into another form, which computes the same but does not learn at the same pace.
func Uneven(dir string, model decoder.Config) (bool, error) {
	config, err := readLoadable(dir)
	if err != nil {
		return false, err
	}
	file, err := openWeights(dir)
	if err != nil {
		return false, err
	}
	defer file.Close()
	projections, err := config.match(dir, file, model)
	return err == nil && !isEven(byModule(projections)), err
}

// patternsOf are the ranks and alphas of the projections in which they are others than those of the adapter.
func patternsOf(of map[string][]projection, lora decoder.LoRA) (ranks map[string]int, alphas map[string]float64) {
	ranks, alphas = map[string]int{}, map[string]float64{}
	for _, module := range lora.Modules {
		if first := of[module][0]; first.rank != lora.Rank {
			ranks[module] = first.rank
		}
		if first := of[module][0]; first.alpha != lora.Alpha {
			alphas[module] = first.alpha
		}
	}
	return orNil(ranks), orNil(alphas)
}

// fill reads the factors of the projections into a layout.
func fill(file *safetensors.File, layout decoder.Layout, projections map[string]projection) ([]float32, error) {
	values := make([]float32, layout.Size)
	for path, p := range projections {
		module := decoder.ModuleOf(path)
		rank := layout.LoRA.RankOf(module)
		factorA, factorB, ok := layout.Of(path + ".weight")
		if !ok {
			return nil, errors.New("the layout lacks " + path)
		}
		a, err := readFinite(file, p.a)
		if err != nil {
			return nil, err
		}
		b, err := readFinite(file, p.b)
		if err != nil {
			return nil, err
		}
		copy(values[factorA.Offset:], a)
		own := decoder.LoRA{Rank: p.rank, Alpha: p.alpha, RankStabilized: layout.LoRA.RankStabilized}
		ratio := float32(own.ScaleOf(module) / layout.LoRA.ScaleOf(module))
		for i, value := range b {
			values[factorB.Offset+i/p.rank*rank+i%p.rank] = value * ratio
		}
	}
	return values, nil
}

func readFinite(file *safetensors.File, name string) ([]float32, error) {
	values, err := file.Read(name)
	if err != nil {
		return nil, err
	}
	return values, CheckRange(name, values, "F32")
}
