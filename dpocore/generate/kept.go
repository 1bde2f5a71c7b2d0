package generate

// cacheFor returns a cache for a prompt: the kept one, from where the prompt differs, or a new one.
func (g *Generator) cacheFor(prompt []int32, o Options) (*cache, error) {
	slots := slotsFor(len(prompt), o)
	if g.kept == nil || len(g.kept.owner) != slots {
		g.forget()
		fresh, err := g.newCache(slots, o.Samples)
		if err != nil {
			return nil, err
		}
		g.kept = fresh
	}
	g.kept.samples = o.Samples
	g.kept.rewind(g.kept.shared(prompt))
	return g.kept, nil
}

// forget frees the kept cache.
func (g *Generator) forget() {
	if g.kept != nil {
		g.kept.finalize()
		g.kept = nil
	}
}

// shared is how much of a prompt the cache holds as reading it would leave it: whole pieces, so that each token went
// through the same graph in the same place, and not all of the prompt, whose last token's logits are wanted.
func (c *cache) shared(prompt []int32) (tokens int) {
	most := min(len(c.prompt), len(prompt)-1)
	for tokens < most && c.prompt[tokens] == prompt[tokens] {
		tokens++
	}
	return tokens / piece * piece
}

// rewind empties the slots from used on.
func (c *cache) rewind(used int) {
	c.prompt, c.used = c.prompt[:used], used
	for i := range c.owner[used:] {
		c.owner[used+i] = -1
	}
}
