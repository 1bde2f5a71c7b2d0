package exercises

import "math"

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// all are the exercises by name: the number of the notebook and of the exercise in it.
var all = map[string]exercise{
	"1.1": {
		right: 0.6, why: "The margin is beta times the difference of the gains.",
		wrong: []mistake{
			{3.0, "That is the difference of the gains. What does beta do with it?"},
			{1.0, "The reward of the rejected answer is subtracted, not added."},
			{-0.6, "The order: which answer's reward is the other subtracted from?"},
			{0.8, "That is the reward of the chosen answer alone."},
			{0.2, "That is the reward of the rejected answer alone."},
		},
		hint: "Compute the reward of each answer first: beta times its gain.",
	},
	"1.2": {
		right: math.Ln2, why: "Policy and reference are the same model, so the margin is 0 whatever beta is, and the loss is ln 2.",
		wrong: []mistake{
			{0.0, "A loss of 0 is that of a pair that is learned completely. What is the margin before training?"},
			{0.5, "That is σ(0). The loss is minus its logarithm."},
			{1.0, "The logarithm is the natural one, not that of base 2."},
			{0.5 * math.Ln2, "Beta multiplies the log-ratios, which are 0, and not the loss."},
			{-math.Ln2, "The loss is minus the logarithm, which is positive here."},
		},
		hint: "What is the margin if policy and reference are the same model, and what is σ of it?",
	},
	"1.3": {
		right: func(x float64) float64 { return sigmoid(-x) }, why: "A pair that is ranked clearly right hardly counts, one that is ranked wrong counts in full.",
		wrong: []mistake{
			{sigmoid, "This grows with the margin: pairs that are learned already would count most."},
			{func(x float64) float64 { return -math.Log(sigmoid(x)) }, "That is the loss itself. How steep is it?"},
			{func(x float64) float64 { return -sigmoid(-x) }, "That is the derivative of the loss, which falls. The weight is its size."},
			{func(float64) float64 { return 1 }, "Then every pair would count alike, also one that is learned."},
			{func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }, "That is the derivative of σ. The loss is −ln σ: use the chain rule."},
		},
		hint: "At a margin of 0 it is 0.5, it falls as the margin grows, and it is never negative.",
	},
	"2.1": {
		right: 5.0, why: "Each answer makes a pair with each one that is ranked below it, and a tie makes none.",
		wrong: []mistake{
			{6.0, "That would be four answers without a tie. What does a tie say about which is better?"},
			{3.0, "Not only neighbours make pairs: the best answer is better than all the others."},
			{4.0, "Almost. Count for each answer how many are ranked below it, and add them up."},
			{12.0, "Each two answers make one pair, with the better one chosen."},
			{2.0, "Count all pairs of a better and a worse answer, not only those of the best one or of neighbours."},
		},
		hint: "Count for each answer how many are ranked below it, and add them up.",
	},
	"2.2": {
		right: 0.9, why: "So an accuracy of 0.9 on such pairs says nothing about the quality of answers.",
		wrong: []mistake{
			{0.5, "That would be so if length said nothing about which answer was chosen."},
			{180.0, "Accuracy is a fraction of the pairs."},
			{90.0, "Write the accuracy as a fraction between 0 and 1."},
			{0.1, "That is the accuracy of the opposite rule, that the shorter answer is better."},
			{1.0, "In some pairs the rule is wrong."},
		},
		hint: "The rule is right on the pairs whose longer answer was chosen. Which fraction of all pairs is that?",
	},
	"3.1": {
		right: 4.0, why: "The larger beta has the same margin, and the same loss, ten times as close to the reference.",
		wrong: []mistake{
			{40.0, "The margin is beta times the gain, so with another beta the same gain has another margin."},
			{400.0, "It is the other way round: does a larger beta need more gain or less for a margin?"},
			{2.0, "That is the margin. Which gain gives it with the other beta?"},
			{20.0, "The margin is beta times the gain. What was it before?"},
			{1.0, "The margin is not 0.5. Compute it from the first beta and gain."},
		},
		hint: "Compute the margin of the first run, and divide it by the second beta.",
	},
	"3.2": {
		right: "can't tell", why: "The intervals overlap by far; more pairs or seeds would be needed.",
		wrong: []mistake{
			{"yes", "How far do the two 95 % intervals overlap?"},
			{"no", "A difference that was not shown may exist all the same."},
			{"0.1", "That one has the higher figure. Is the difference larger than chance?"},
			{"0.3", "That one has the lower figure. Is the difference larger than chance?"},
			{"equal", "Two figures that can't be told apart need not be equal."},
		},
		hint: `Choose one of "yes", "no" and "can't tell".`,
	},
	"4.1": {
		right: 0.125, why: "Only the ratio of the weights counts.",
		wrong: []mistake{
			{1.0, "Weights are ratios. What is their sum?"},
			{0.25, "That is its ratio to one other weight. What is the sum of all?"},
			{1. / 3, "That would be its share if the three weights were equal, or beside one of the others only."},
			{12.5, "Write it as a fraction between 0 and 1."},
			{0.5, "That is the share of the first. What is the sum of the weights?"},
		},
		hint: "Divide the weight by the sum of all weights.",
	},
	"4.2": {
		right: 8.0, why: "A large weight repeats the same few pairs, with their mistakes.",
		wrong: []mistake{
			{160.0, "That is how many pairs of this objective are drawn altogether. How many different ones are there?"},
			{320.0, "That is how many pairs are drawn of all objectives. Which share is this one's?"},
			{16.0, "That would be with a share of 1."},
			{1.0, "With sampling the pairs of a small set are drawn again and again."},
			{20.0, "That is the number of its pairs. How many are drawn of it in all?"},
		},
		hint: "How many pairs do all steps draw, which part of them is this objective's, and by how many pairs is that shared?",
	},
	"5.1": {
		right: 100.0, why: "Five answers make ten pairs, and there are ten prompts.",
		wrong: []mistake{
			{50.0, "That is how many answers there are. How many pairs do the answers to one prompt make?"},
			{10.0, "That is one pair for each prompt, or the pairs of a single prompt. Which is it, and what about the rest?"},
			{40.0, "Not only neighbours in the order make pairs: any two answers with different scores do."},
			{200.0, "Each two answers make one pair, with the better one chosen."},
			{250.0, "An answer makes no pair with itself, and each two answers make one."},
		},
		hint: "In how many ways can two of five answers be taken? Each prompt has that many pairs.",
	},
	"5.2": {
		right: -3.4, why: "The judge sees 17 characters in 5 words, and nothing of what they say.",
		wrong: []mistake{
			{3.4, "That is the mean length of a word. A higher score must mean shorter words."},
			{-17.0, "That is minus the number of characters. Divide it by the number of words."},
			{-5.0, "That is minus the number of words. How long are they?"},
			{-4.2, "Spaces belong to no word."},
			{0.0, "The judge does not know that the answer says nothing; it counts characters."},
		},
		hint: "Count the characters of each word, take the mean, and mind the sign.",
	},
	"5.3": {
		right: "hacking", why: "The model found what raises the score, and it is not what you wanted. Only a second measure showed it.",
		wrong: []mistake{
			{"progress", "Then the second measure would rise too, or stay."},
			{"chance", "What do the two intervals say about chance?"},
			{"overfitting", "The check prompts and the held-out pairs are both new to the model, and one of the two figures rises."},
			{"length", "Nothing in these figures is about length. What does the judge reward, and what do the held-out pairs?"},
			{"labels", "The judge orders answers exactly by its score. Is its score what you want?"},
		},
		hint: `Choose one of "progress", "chance", "overfitting", "length", "labels" and "hacking".`,
	},
	"6.1": {
		right: math.Sqrt(0.8 * 0.2 / 60), why: "Twice that to either side is the 95 % interval, about 20 points wide.",
		wrong: []mistake{
			{1.96 * math.Sqrt(0.8*0.2/60), "That is half of the 95 % interval. The standard error is smaller."},
			{0.8 * 0.2 / 60, "That is the variance of the mean. Take its root."},
			{0.4, "That is the standard deviation of one pair. What does the mean of 60 do to it?"},
			{0.16, "That is the variance of one pair."},
			{0.8, "That is the accuracy. How far is it off by chance?"},
		},
		hint: "It is the root of p·(1−p)/n.",
	},
	"6.2": {
		right: "labels", why: "Nothing else makes a model worse than a coin toss on pairs it has not seen, while it learns its own.",
		wrong: []mistake{
			{"rate", "Then the training pairs would not be learned so well, or the answers would break."},
			{"beta", "Beta changes how far the model moves, not to which side."},
			{"length", "A model that learned length only would still be right where the longer answer is the better one."},
			{"overfitting", "A model that only remembers its pairs is no worse than a coin toss on others."},
			{"chance", "What is the upper end of the interval, and what would a coin toss have?"},
		},
		hint: `Choose one of "rate", "beta", "length", "overfitting", "labels" and "chance".`,
	},
	"7.1": {
		right: 16 * (576 + 1536.), why: "An adapter has two thin matrices, one as wide as the input and one as wide as the output.",
		wrong: []mistake{
			{576. * 1536, "That is the projection itself, which stays frozen."},
			{16 * 576., "That is the matrix on the side of the input. There is another on the side of the output."},
			{16 * 1536., "That is the matrix on the side of the output. There is another on the side of the input."},
			{576. + 1536, "That would be an adapter of rank 1."},
			{16 * 576 * 1536., "The two matrices are stored one beside the other, not multiplied."},
		},
		hint: "One matrix has the shape of input by rank, the other that of rank by output. How many numbers are in both?",
	},
	"7.2": {
		right: 596 * 8.5 / 8, why: "Half a bit per weight goes to the scales, one for each block of 32 weights.",
		wrong: []mistake{
			{596 * 8.5, "That is in megabits. A byte has eight bits."},
			{596.0, "That would be eight bits per weight, without the scales."},
			{596 * 4.0, "That is the size in float32."},
			{596 * 2.0, "That is the size in float16 or bfloat16."},
			{596 * 8.5 / 8 / 1000, "That is in gigabytes."},
		},
		hint: "Weights times bits per weight, divided by the bits of a byte; a million bytes are a megabyte.",
	},
	"7.3": {
		right: math.Exp(2), why: "On average the model hesitates at each token as between seven equally likely ones.",
		wrong: []mistake{
			{2.0, "That is the loss. Perplexity is a number of equally likely tokens."},
			{math.Exp(-2), "That is the mean probability of a token (the geometric mean). Perplexity is its inverse."},
			{4.0, "The loss is in nats, so the base is e, not 2."},
			{100.0, "The loss is in nats, so the base is e, not 10."},
			{math.Ln2, "That is where DPO's loss starts. Here the loss is minus the mean log-probability of a token."},
		},
		hint: "The loss is minus the logarithm of a probability. Undo the logarithm.",
	},
	"8.1": {
		right: 5.0, why: "From a margin of 1 on the hinge is flat, and the margin is beta times the gap.",
		wrong: []mistake{
			{1.0, "That is the margin. Which gap has it?"},
			{0.2, "The margin is beta times the gap: does a small beta need a small gap or a large one?"},
			{10.0, "That would be so with the beta of the figure."},
			{0.0, "At a gap of 0 the margin is 0, and the hinge is steep."},
			{2.5, "That is where IPO's goal is, 1/(2β). Where does max(0, 1 − margin) become 0?"},
		},
		hint: "Where does max(0, 1 − margin) become 0? The margin is beta times the gap.",
	},
	"8.2": {
		right: 60.0, why: "IPO's goal is per token, so longer answers get a larger gap in sum.",
		wrong: []mistake{
			{2.0, "That is the goal per token. How many tokens are there?"},
			{4.0, "That is 1/β. The goal is half of it, for each token."},
			{120.0, "That is with 1/β per token. What does the 2 in the formula do?"},
			{15.0, "Divide by 2β instead of multiplying with it."},
			{30.0, "That is the number of tokens. How far does each go?"},
		},
		hint: "Compute 1/(2β), the goal for each token.",
	},
	"8.3": {
		right: "kto", why: "It is the only one here that learns from an answer without a partner.",
		wrong: []mistake{
			{"sigmoid", "It compares two answers to one prompt. Are there two?"},
			{"hinge", "It needs the margin of a pair. Are there two answers to a prompt?"},
			{"ipo", "It pulls the difference of two answers to a goal. Are there two answers to a prompt?"},
			{"simpo", "It does without a reference, and still compares two answers."},
			{"sft", "It would learn from the answers that were liked, and ignore the others."},
		},
		hint: `Choose one of "sigmoid", "hinge", "ipo", "simpo", "kto" and "sft".`,
	},
}
