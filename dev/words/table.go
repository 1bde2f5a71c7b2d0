package main

import "regexp"

// A rule is a pattern and what to write instead.
type rule struct {
	hint    string // every match contains one of these texts, separated by |, in lower case; a quick test before the pattern
	pattern *regexp.Regexp
	write   string
	but     *regexp.Regexp // uses that are fine
	in      *regexp.Regexp // paths that it applies to, all if nil
}

var table = []rule{
	{hint: `way`, pattern: words(`way (back|there|forward)|ways back`), write: "backward pass, forward pass"},
	{hint: `slope`, pattern: words(`(flat|d)?slopes?`), write: "grad, gradOut, gradIn"},
	{hint: `by`, pattern: exactly(`\bby(Narrow|Wide)\b|\bby \*Node|\bown, by\b`), write: "grad, gradIn"},
	{hint: `sound`, pattern: words(`lastSound|(is|are|was|were|be|stay|look|looks|found|as|for|last|latest|every|no) sound|sound (run|checkpoint|record|file|one|copy)s?`), write: "intact, latestIntact"},
	{hint: ` on`, pattern: words(`(goes|went|gone|going) on|go on (from|after|with|there|where)`), write: "resume, continue"},
	{hint: `anew`, pattern: words(`anew`), write: "again, start over"},
	{hint: `greatest`, pattern: words(`greatest`), write: "maximum, max; peak learning rate", but: words(`greatest common divisor`)},
	{hint: `least`, pattern: words(`(the|its|their|of) least`), write: "minimum, min", but: words(`at the least`)},
	{hint: `maker`, pattern: words(`makers?`), write: "pairEncoder", in: exactly(`\.go$`)},
	{hint: `habit`, pattern: words(`habits?`), write: "sample answers", but: words(`good habit`)},
	{hint: `kept`, pattern: words(`kept`), write: "shared cache", in: exactly(`sweep[^/]*(/[^/]*)?\.go$`)},
	{hint: `aim`, pattern: words(`(its|the|an?|pair's|pairs'|no|each|one) aims?|aims of`), write: "objective"},
	{hint: `says`, pattern: exactly(`\bSays\b`), write: "Summary"},
	{hint: `bring|brought`, pattern: words(`bring|brings|bringing|brought`), write: "download (or the plain verb)"},
	{hint: `bool`, pattern: exactly(`\bthere,? bool\b|\bthere \*?bool\b`), write: "exists"},
	{hint: `couple`, pattern: words(`couples? of runs`), write: "pairwise comparisons"},
	{hint: `forgetting`, pattern: exactly(`\bForgetting\b`), write: "perplexity change"},
	{hint: ` a`, pattern: words(rates + ` an? (token|step|round|pair|second|row|batch|run|minute|hour|layer|prompt|answer|epoch|device|file|line|cell|weight|core)`), write: "X per Y",
		but: words(`answers a prompt|pairs an answer (is|has)`)}, // a verb, or another clause
	{hint: `number`, pattern: exactly(`\(number (%d|[0-9]+)\)|process \(number`), write: "(PID 1234)"},
	{hint: `which`, pattern: words(`which there is not|which are not there`), write: `unknown loss type "x"`},
	{hint: `to be`, pattern: words(`(is|are) to be (seen|had|found)`), write: "no problems found; available"},
	{hint: `middle one`, pattern: words(`the middle one`), write: "median length"},
	{hint: `at equal`, pattern: words(`at equal lengths?`), write: "length-controlled"},
	{hint: `mend`, pattern: words(`mend|mends|mended|mending`), write: "fix, fixed; how to fix it"},
	{hint: ` all`, pattern: exactly(`\b[Ii]n all([.,;:)"]|$| and\b)`), write: "total"},
	{hint: ` alone`, pattern: words(`(leave|leaves|left|leaving) (\w+ ){0,3}alone`), write: "skip, do not change"},
	{hint: `stand|stood`, pattern: words(`stands?|stood`), write: "is", but: words(`stands? (for|in for)|stand-in|stand-ins|stand (still|alone)|prompt-stands-twice`)},
	{hint: `lie|lay|lain`, pattern: words(`lies|lie|lay|lain`), write: "is", but: words(`lay out`)},
	{hint: `where there`, pattern: words(`where there (is|are|was|were) (one|none|any|some|no)`), write: "if any"},
	{hint: `own`, pattern: words(`of (its|their|our|your|his|one's) own`), write: "its, separate"},
	{hint: ` told`, pattern: words(`(is|are|was|were|be) told`), write: "receives; is reported", but: words(`be told (from|apart)`)},
	{hint: `says`, pattern: words(`says whether`), write: "reports whether", in: exactly(`\.go$`)},
	{hint: `became|becomes`, pattern: words(`(became|becomes) of`), write: "outcome"},
	{hint: `makes of`, pattern: words(`makes of`), write: "result, computes from"},
	{hint: `so many`, pattern: words(`so many`), write: "n, this many"},
	{hint: `have it|has it`, pattern: words(`(have|has) it that`), write: "say that"},
	{hint: ` in `, pattern: words(`takes? in (that|the|what|a)`), write: "records, reads"},
	{hint: `"taken`, pattern: exactly(`"taken `), write: "actual (beside expected)"},
}

// rates are the units that "a" or "an" turns into a rate.
const rates = `(nats?|pairs|prompts|steps|tokens|rows|seconds|minutes|answers|bytes|batches|operations|executions|characters|vectors|sequences|graphs|sums|samples|calls|requests|cents|rounds|words|positions|logits|GB|MB|MiB|ms)`

// An exception is a file in which what a rule finds is right.
type exception struct {
	file, write string // write is the rule's
	reason      string
}

var exceptions = []exception{
	{"dpocore/diagnose/made_test.go", "resume, continue", "a sample text that repeats \"and so it goes on\""},
}
