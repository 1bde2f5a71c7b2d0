package setting

import (
	"cmp"
	"fmt"
	"reflect"
)

// Fork implements [Row].
func (s Setting[C, T]) Fork(mine, recorded C) error {
	if s.Kept == "" || s.same(mine, recorded) || !s.Resumable && s.Difference(mine, recorded) == "" {
		return nil
	}
	return fmt.Errorf("%s is %s in the run and %s here, and a fork can't change it: %s; train a new run for that", s.Label, cmp.Or(s.text(recorded), "none"), cmp.Or(s.text(mine), "none"), s.Kept)
}

func (s Setting[C, T]) same(mine, recorded C) bool {
	return reflect.DeepEqual(*s.Field(&mine), *s.Field(&recorded))
}
