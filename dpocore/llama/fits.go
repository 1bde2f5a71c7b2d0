package llama

import (
	"fmt"
	"slices"
)

// fits compares the shapes of a model's tensors with its configuration, before memory is taken for them.
func fits(src source, path string) error {
	for _, s := range src.Config().slots() {
		for _, p := range s.parts {
			shape, ok := src.Shape(p.name)
			if !ok {
				return fmt.Errorf("%s has no tensor %q", path, p.name)
			}
			if want := s.stored(p); !slices.Equal(shape, want) {
				return fmt.Errorf("tensor %q has shape %v where config.json makes it %v", p.name, shape, want)
			}
		}
	}
	return nil
}

// Shape is a tensor's, outermost dimension first.
func (f *folder) Shape(name string) ([]int, bool) {
	file, ok := f.tensors[name]
	if !ok {
		return nil, false
	}
	info, ok := file.Info(name)
	return info.Shape, ok
}

// Shape is a tensor's, outermost dimension first; a GGUF file has the innermost first.
func (f *ggufFile) Shape(name string) ([]int, bool) {
	info, ok := f.file.GetTensorInfo(ggufName(name))
	if !ok {
		return nil, false
	}
	_, shape := info.GoMLXShape()
	return shape, true
}
