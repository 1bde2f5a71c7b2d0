package family

// Add adds a family to the table, and returns a function that removes it.
func Add(f Family) (remove func()) {
	all = append(all, f)
	return func() { all = all[:len(all)-1] }
}
