package pairfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/internal/errtest"
)

// said is a conversation, written as "user: Why?".
func said(turns ...string) (list []preference.Turn) {
	for _, text := range turns {
		role, content, _ := strings.Cut(text, ": ")
		list = append(list, preference.Turn{Role: role, Content: content})
	}
	return list
}

// A shape is a record in the form of some tool, and how it is read: its prompt, and the note on its columns. All records have
// the answers So. and No.
type shape struct {
	name, record string
	prompt       []preference.Turn
	note         string
}

func checkShapes(t *testing.T, shapes []shape) {
	for _, test := range shapes {
		t.Run(test.name, func(t *testing.T) {
			set, err := Read(strings.NewReader(test.record), "pairs")
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Pairs[0]; !reflect.DeepEqual(got.Prompt, test.prompt) || got.Chosen != "So." || got.Rejected != "No." {
				t.Errorf("got %+v, want the prompt %+v", got, test.prompt)
			}
			if got := set.Columns.Note(); got != test.note {
				t.Errorf("got  %q\nwant %q", got, test.note)
			}
		})
	}
}

// What is before the question, in separate columns.
func TestSystemAndHistory(t *testing.T) {
	const named = "columns: prompt is the prompt, chosen is chosen, rejected is rejected, "
	checkShapes(t, []shape{
		{"system", `{"system":"Be kind.","prompt":"Why?","chosen":"So.","rejected":"No."}`,
			said("system: Be kind.", "user: Why?"), named + "system is the system turn"},
		{"system prompt before turns", `{"system_prompt":"Be kind.","prompt":[{"role":"user","content":"Why?"}],"chosen":"So.","rejected":"No."}`,
			said("system: Be kind.", "user: Why?"), named + "system_prompt is the system turn"},
		{"no system turn", `{"system":null,"prompt":"Why?","chosen":"So.","rejected":"No."}`,
			said("user: Why?"), named + "system is the system turn"},
		{"the same system turn twice", `{"system":"Be kind.","prompt":[{"role":"system","content":"Be kind."},{"role":"user","content":"Why?"}],"chosen":"So.","rejected":"No."}`,
			said("system: Be kind.", "user: Why?"), named + "system is the system turn"},
		{"history", `{"history":[["Hi","Hello!"]],"system":"Be kind.","prompt":"Why?","chosen":"So.","rejected":"No."}`,
			said("system: Be kind.", "user: Hi", "assistant: Hello!", "user: Why?"), named + "system is the system turn, history has the turns before it"},
		{"history of turns", `{"history":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello!"}],"prompt":"Why?","chosen":"So.","rejected":"No."}`,
			said("user: Hi", "assistant: Hello!", "user: Why?"), named + "history has the turns before it"},
		{"history and system in a table", "system,history,prompt,chosen,rejected\nBe kind.,\"[[\"\"Hi\"\",\"\"Hello!\"\"]]\",Why?,So.,No.\n",
			said("system: Be kind.", "user: Hi", "assistant: Hello!", "user: Why?"), named + "system is the system turn, history has the turns before it"},
	})
	for record, want := range map[string]string{
		`{"system":"Be kind.","prompt":[{"role":"system","content":"Be rude."},{"role":"user","content":"Why?"}],"chosen":"a","rejected":"b"}`: `field "system" and the first turn of the prompt are different system turns`,
		`{"system":["a"],"prompt":"Why?","chosen":"a","rejected":"b"}`:                                                                         `field "system" is a list; it must be a string`,
		`{"history":"Hi","chosen":"ab","rejected":"ac"}`:                                                                                       `if it is the prompt: dpo data convert pairs --out converted.jsonl --prompt history`,
		`{"history":[["Hi"]],"prompt":"Why?","chosen":"a","rejected":"b"}`:                                                                     `field "history[0]" has 1 texts`,
	} {
		_, err := Read(strings.NewReader(record), "pairs")
		errtest.Contains(t, err, "pairs, line 1", want)
	}
}

// Fields that change what the model sees are refused by name, in any record; without a value they are nothing.
func TestRefusedFields(t *testing.T) {
	first := `{"prompt":"Why?","chosen":"So.","rejected":"No.","tools":null}` + "\n"
	for field, want := range map[string]string{
		`"tools":[{"type":"function"}]`:                 `field "tools" has a value`,
		`"images":["a.png"]`:                            `field "images" has a value`,
		`"chat_template_kwargs":{"thinking":true}`:      `field "chat_template_kwargs" has a value`,
		`"reasoning_content":"Hm."`:                     `--drop reasoning_content`,
		`"Tools":"[{\"type\":\"function\"}]"`:           `dpo data convert pairs --out converted.jsonl --drop Tools`,
		`"tools":[],"images":"[]","functions":"","x":1`: "",
	} {
		set, err := Read(strings.NewReader(first+`{"prompt":"Why?","chosen":"So.","rejected":"No.",`+field+`}`), "pairs")
		if want != "" {
			errtest.Contains(t, err, "pairs, line 2", want)
		} else if err != nil || set.Columns.Note() != "columns not used: tools, functions (in 1 of 2), images (in 1 of 2), x (in 1 of 2)" {
			t.Errorf("%s: %v, %v", field, set.Columns.Note(), err)
		}
	}
	_, err := Read(strings.NewReader("prompt,chosen,rejected,tools\nWhy?,So.,No.,\nWhy?,So.,No.,\"[{}, 1]\"\n"), "pairs")
	errtest.Contains(t, err, `pairs, line 3: column "tools" has a value`)
	for turn, want := range map[string]string{
		`{"role":"assistant","content":null,"tool_calls":[{"id":1}]}`:                       `field "prompt[0].tool_calls" has a value`,
		`{"role":"tool","content":"12:30"}`:                                                 `field "prompt[0].role" is "tool"; tools and calls`,
		`{"from":"observation","value":"12:30"}`:                                            `field "prompt[0].from" is "observation"; tools and calls`,
		`{"role":"assistant","content":"a","reasoning_content":"Hm."}`:                      `field "prompt[0].reasoning_content" has a value`,
		`{"role":"user","content":[{"type":"image"},{"type":"text","text":"a"}]}`:           `field "prompt[0].content[0]" is a part of type "image"`,
		`{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`: `has 2 text parts`,
	} {
		_, err := Read(strings.NewReader(`{"prompt":[`+turn+`],"chosen":"So.","rejected":"No."}`), "pairs")
		errtest.Contains(t, err, "pairs, line 1", want)
	}
}

// Unused fields of turns are counted.
func TestUnusedFieldsOfTurns(t *testing.T) {
	set, err := Read(strings.NewReader(`{"prompt":[{"role":"user","content":[{"type":"text","text":"Why?"}],"name":"Ann"}],"chosen":{"role":"assistant","content":"So.","weight":1,"tool_calls":null},"rejected":[{"role":"assistant","content":"No.","weight":0}]}`), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(set.Notes, "|"), `not used: "name" of 1 turn and "weight" of 2 turns`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The role developer is another name for system.
func TestDeveloper(t *testing.T) {
	set, err := Read(strings.NewReader(`{"prompt":[{"role":"developer","content":"Be kind."},{"role":"user","content":"Why?"}],"chosen":"So.","rejected":"No."}`), "pairs")
	if want := `the role "developer" of 1 turn is read as system`; err != nil || strings.Join(set.Notes, "|") != want {
		t.Errorf("got %q, %v, want %q", set.Notes, err, want)
	}
}

// The forms in which other tools document preference pairs; docs/compatibility.md lists them.
func TestDocumentedForms(t *testing.T) {
	const chat = `{"role":"user","content":"Why?"}`
	const so, no = `{"role":"assistant","content":"So."}`, `{"role":"assistant","content":"No."}`
	const shareSo, shareNo = `{"from":"gpt","value":"So."}`, `{"from":"gpt","value":"No."}`
	const answers = `"chosen":"So.","rejected":"No."`
	kind, why := "system: Be kind.", "user: Why?"
	checkShapes(t, []shape{
		{"TRL, explicit prompt", `{"prompt":"Why?",` + answers + `}`, said(why), ""},
		{"TRL, implicit prompt", `{"chosen":[` + chat + `,` + so + `],"rejected":[` + chat + `,` + no + `]}`, said(why), ""},
		{"TRL, conversations", `{"prompt":[` + chat + `],"chosen":[` + so + `],"rejected":[` + no + `]}`, said(why), ""},
		{"axolotl, chatml.argilla", `{"system":"Be kind.","instruction":"Why?","chosen_response":"So.","rejected_response":"No."}`, said(kind, why),
			"columns: instruction is the prompt, chosen_response is chosen, rejected_response is rejected, system is the system turn"},
		{"axolotl, chatml.argilla_chat", `{"chosen":[` + chat + `,` + so + `],"rejected":[` + chat + `,` + no + `]}`, said(why), ""},
		{"axolotl, chatml.icr", `{"system":"Be kind.","input":"Why?",` + answers + `}`, said(kind, why),
			"columns: input is the prompt, chosen is chosen, rejected is rejected, system is the system turn"},
		{"axolotl, chatml.intel", `{"system":"Be kind.","question":"Why?",` + answers + `}`, said(kind, why),
			"columns: question is the prompt, chosen is chosen, rejected is rejected, system is the system turn"},
		{"axolotl, chatml.prompt_pairs", `{"system":"Be kind.","prompt":"Why?",` + answers + `}`, said(kind, why),
			"columns: prompt is the prompt, chosen is chosen, rejected is rejected, system is the system turn"},
		{"axolotl, chatml.ultra", `{"system":"Be kind.","prompt":"Why?","chosen":[` + chat + `,` + so + `],"rejected":[` + chat + `,` + no + `]}`, said(kind, why),
			"columns: prompt is the prompt, chosen is chosen, rejected is rejected, system is the system turn"},
		{"axolotl, llama3.ultra and ORPO's chat_template.argilla without a prompt", `{"system":"Be kind.","chosen":[` + chat + `,` + so + `],"rejected":[` + chat + `,` + no + `]}`, said(kind, why),
			"columns: chosen is chosen, rejected is rejected, system is the system turn, both begin with the prompt"},
		{"axolotl, bradley_terry", `{"system":null,"input":"Why?",` + answers + `}`, said(why),
			"columns: input is the prompt, chosen is chosen, rejected is rejected, system is the system turn"},
		{"axolotl, chat_template.default with texts", `{"messages":"Why?",` + answers + `}`, said(why), "columns: messages is the prompt, chosen is chosen, rejected is rejected"},
		{"TRL, developer", `{"prompt":[{"role":"developer","content":"Be kind."},` + chat + `],"chosen":[` + so + `],"rejected":[` + no + `]}`, said(kind, why), ""},
		{"axolotl, chat_template.default", `{"messages":[` + chat + `],"chosen":` + so + `,"rejected":` + no + `}`, said(why),
			"columns: messages is the prompt, chosen is chosen, rejected is rejected"},
		{"LLaMA-Factory, alpaca", `{"instruction":"Why?","input":"", ` + answers + `}`, said(why),
			"columns: instruction + input is the prompt, chosen is chosen, rejected is rejected"},
		{"LLaMA-Factory, alpaca with input", `{"instruction":"Why","input":"not?", ` + answers + `}`, said("user: Why\nnot?"),
			"columns: instruction + input is the prompt, chosen is chosen, rejected is rejected"},
		{"LLaMA-Factory, sharegpt", `{"conversations":[{"from":"system","value":"Be kind."},{"from":"human","value":"Why?"}],"chosen":` + shareSo + `,"rejected":` + shareNo + `}`, said(kind, why),
			"columns: conversations is the prompt, chosen is chosen, rejected is rejected"},
		{"LLaMA-Factory, openai", `{"messages":[{"role":"system","content":"Be kind."},` + chat + `],"chosen":` + so + `,"rejected":` + no + `}`, said(kind, why),
			"columns: messages is the prompt, chosen is chosen, rejected is rejected"},
		{"OpenAI", `{"input":{"messages":[` + chat + `],"tools":[]},"preferred_output":[` + so + `],"non_preferred_output":[` + no + `]}`, said(why),
			"columns: input.messages is the prompt, preferred_output is chosen, non_preferred_output is rejected; not used: input.tools"},
		{"lmsys arena", `{"model_a":"x","model_b":"y","winner":"model_b","conversation_a":[` + chat + `,` + no + `],"conversation_b":[` + chat + `,` + so + `]}`, said(why),
			"columns: conversation_a or conversation_b as winner says is chosen, the other one is rejected, both begin with the prompt; not used: model_a, model_b"},
		{"lmsys arena on Kaggle", `{"model_a":"x","model_b":"y","prompt":"[\"Why?\"]","response_a":"[\"No.\"]","response_b":"[\"So.\"]","winner_model_a":0,"winner_model_b":1,"winner_tie":0}`, said(why),
			"columns: prompt is the prompt, response_a or response_b as winner_model_a, winner_model_b and winner_tie say is chosen, the other one is rejected; not used: model_a, model_b"},
		{"Label Studio's pairwise choice", `{"prompt":"Why?","answer1":"No.","answer2":"So.","choice":"right"}`, said(why),
			"columns: prompt is the prompt, answer1 or answer2 as choice says is chosen, the other one is rejected"},
		{"numbered answers", `{"prompt":"Why?","response_0":"No.","response_1":"So.","better_response_id":1}`, said(why),
			"columns: prompt is the prompt, response_0 or response_1 as better_response_id says is chosen, the other one is rejected"},
		{"lettered answers", `{"prompt":"Why?","response_a":"So.","response_b":"No.","preference":"A"}`, said(why),
			"columns: prompt is the prompt, response_a or response_b as preference says is chosen, the other one is rejected"},
		{"printed as JSON", `{"prompt":"[{\"role\":\"user\",\"content\":\"Why?\"}]",` + answers + `}`, said(why), ""},
		{"prompt in the answers' turns", `{"prompt":[` + chat + `],"chosen":[` + chat + `,` + so + `],"rejected":[` + chat + `,` + no + `]}`, said(why), ""},
		{"prompt after a system turn of the answers", `{"prompt":[` + chat + `],"chosen":[{"role":"system","content":"Be kind."},` + chat + `,` + so + `],"rejected":[{"role":"system","content":"Be kind."},` + chat + `,` + no + `]}`, said(kind, why), ""},
		{"a question that the first turn answers", `{"prompt":"Hi","chosen":[{"role":"assistant","content":"Hello!"},` + chat + `,` + so + `],"rejected":[{"role":"assistant","content":"Hello!"},` + chat + `,` + no + `]}`,
			said("user: Hi", "assistant: Hello!", why), ""},
	})
}

// Several rejected answers make a pair of each with the chosen one; what a pair has beside them is the same for each.
func TestSeveralRejectedAnswers(t *testing.T) {
	const so, no, bah = `{"role":"assistant","content":"So."}`, `{"role":"assistant","content":"No."}`, `{"role":"assistant","content":"Bah."}`
	for record, want := range map[string]string{
		`{"prompt":"Why?","chosen":"So.","rejected":["No.","Bah."],"weight":2}`:                                                                                                         "So. No. 2|So. Bah. 2",
		`{"prompt":"Why?","chosen":["So."],"rejected":["No."]}`:                                                                                                                         "So. No. 1",
		`{"prompt":"Why?","chosen":"So.","rejected":["No.","So.","Bah."]}`:                                                                                                              "So. No. 1|So. Bah. 1",
		`{"prompt":"Why?","chosen":[` + so + `],"rejected":[[` + no + `],[` + bah + `]]}`:                                                                                               "So. No. 1|So. Bah. 1",
		`{"prompt":[{"role":"user","content":"Why?"}],"chosen":` + so + `,"rejected":[` + no + `]}`:                                                                                     "So. No. 1",
		`{"prompt":"[\"Why?\",\"Why not?\"]","chosen":"[\"Hm.\",\"So.\"]","rejected":"[\"Hm.\",\"No.\"]"}`:                                                                              "So. No. 1",
		`{"prompt":"[\"Why?\",\"Why not?\"]","chosen":"[\"A.\",\"So.\"]","rejected":"[\"B.\",\"No.\"]"}` + "\n" + `{"prompt":"[\"Why?\"]","chosen":"[\"So.\"]","rejected":"[\"No.\"]"}`: "So. No. 1",
		`{"prompt":"[\"Why?\"]","chosen":"[\"So.\"]","rejected":"[null]"}` + "\n" + `{"prompt":"[\"Why?\"]","chosen":"[\"So.\"]","rejected":"[\"No.\"]"}`:                               "So. No. 1",
	} {
		set, err := Read(strings.NewReader(record), "pairs")
		if err != nil {
			t.Errorf("%s: %v", record, err)
			continue
		}
		var got []string
		for _, pair := range set.Pairs {
			got = append(got, fmt.Sprintf("%s %s %g", pair.Chosen, pair.Rejected, pair.LossWeight()))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", record, got, want)
		}
		if noted := strings.Contains(strings.Join(set.Notes, "|"), `in 1 record "rejected" is a list of several answers`); noted != strings.Contains(want, "|") {
			t.Errorf("%s: notes %q", record, set.Notes)
		}
	}
}

// Data for other tasks is refused by its kind, with what to do if there is something.
func TestDataForOtherTasks(t *testing.T) {
	const tuned = "these are single answers, as for fine-tuning, and not pairs"
	const why = `"prompt":[{"role":"user","content":"Why?"}]`
	const talk = `[{"from":"human","value":"Why?"},{"from":"gpt","value":"So."}]`
	for record, want := range map[string]string{
		`{"text":"The sky is blue."}`:                                "these are plain texts, as for pretraining",                                                         // TRL, language modeling; LLaMA-Factory, pre-training
		`{"segments":[{"label":true,"text":"a"}]}`:                   "these are plain texts",                                                                             // axolotl, template-free
		`{"messages":[{"role":"user","content":"Why?"}]}`:            tuned,                                                                                               // TRL, conversations
		`{"prompt":"Why?"}`:                                          "these are prompts without answers",                                                                 // TRL, prompt-only
		`{` + why + `}`:                                              "these are prompts without answers",                                                                 //
		`{"prompt":"Why?","completion":"So."}`:                       tuned + ": DPO needs a better and a worse answer to the same prompt; to rank",                       // TRL, prompt-completion; axolotl, KTO's chatml.prompt_pairs and ultra
		`{"prompt":"Why?","system":"a","completion":"So."}`:          "dpo data rank rankings.jsonl --prompts pairs; to fine-tune on these answers: dpo sft --data pairs", //
		`{` + why + `,"completion":[]}`:                              tuned,                                                                                               //
		`{"prompt":"a","completions":["a","b"],"labels":[true]}`:     "these are the steps of single answers",                                                             // TRL and axolotl, stepwise supervision
		`{"input_ids":[1],"labels":[1]}`:                             "these are token ids",                                                                               // axolotl, tokenized
		`{"prompt_ids":[1],"chosen_ids":[2],"rejected_ids":[3]}`:     "these are token ids",                                                                               // dpo tokens
		`{"system":"a","instruction":"Why?","completion":"So."}`:     tuned,                                                                                               // axolotl, KTO's chatml.argilla
		`{"question":"Why?","completion":"So."}`:                     tuned,                                                                                               // axolotl, KTO's chatml.intel
		`{"chosen":[{"role":"user","content":"a"}],"completion":[]}`: tuned,                                                                                               // axolotl, KTO's chatml.argilla_chat
		`{"completion":[{"role":"user","content":"a"}]}`:             tuned,                                                                                               // axolotl, KTO's llama3.argilla_chat
		`{"instruction":"a","input":"","output":"b","history":[]}`:   tuned,                                                                                               // LLaMA-Factory, alpaca
		`{"instruction":"a","input":"","output":"b","images":[1]}`:   tuned,                                                                                               // LLaMA-Factory, multimodal
		`{"conversations":` + talk + `,"system":"a","tools":"b"}`:    tuned,                                                                                               // LLaMA-Factory, sharegpt
	} {
		_, err := Read(strings.NewReader(record+"\n"+record), "pairs")
		errtest.Contains(t, err, "pairs, line 1", want)
	}
}

// Texts without a prompt column begin with the prompt, unless another column may hold it.
func TestPromptOfUnknownName(t *testing.T) {
	const answers = `"chosen":"I think so.","rejected":"I don't."`
	for record, want := range map[string]string{
		`{` + answers + `}`: "",
		`{"id":"17","source":"two words","chosen_model":"Some Model 7B","n":1,` + answers + `}`: "",
		`{"q":"Why?",` + answers + `}`:                  `if "q" is the prompt: dpo data convert pairs --out converted.jsonl --prompt q; if both answers begin with the prompt: dpo data convert pairs --out converted.jsonl --drop q`,
		`{"sys":"Be kind.","q":"Why?",` + answers + `}`: `--drop sys --drop q`,
	} {
		set, err := Read(strings.NewReader(record), "pairs")
		if want != "" {
			errtest.Contains(t, err, "pairs, line 1", want)
		} else if err != nil || set.Pairs[0].PromptText() != "I" {
			t.Errorf("%s: %v, %v", record, set, err)
		}
	}
	set, err := readAs(t, `{"q":"Why?",`+answers+`}`, layout.Mapping{Drop: []string{"q"}})
	if err != nil || set.Pairs[0].PromptText() != "I" {
		t.Errorf("without q: %v, %v", set, err)
	}
}

// What can be read in two ways, or is no pair, is refused; each command in the sentences is one that works.
func TestRefusedForms(t *testing.T) {
	for record, want := range map[string]string{
		`{"prompt":"Why?","response_0":"a","response_1":"b","label":1}`: "if 0 means that \"response_0\" is chosen: dpo data convert pairs --out converted.jsonl --label label=0:response_0,1:response_1; if 1 means so: " +
			"dpo data convert pairs --out converted.jsonl --label label=1:response_0,0:response_1",
		`{"prompt":"Why?","response_a":"a","response_b":"b","winner":0}`:                                                             "--label winner=0:response_a,1:response_b",
		`{"prompt":"Why?","response_1":"a","response_2":"b","label":true}`:                                                           "--label label=false:response_1,true:response_2",
		`{"prompt":"Why?","response_0":"a","response_1":"b","better_response_id":1,"safer_response_id":0}`:                           `"better_response_id" and "safer_response_id" could each say which answer is chosen`,
		`{"prompt":"Why?","response_a":"a","response_b":"b","winner_model_a":1}`:                                                     "no column is known to say which is chosen",
		`{"prompt":"Why?","response_a":"a","response_b":"b","winner_model_a":0,"winner_model_b":1,"winner_tie":1}`:                   `of the fields "winner_model_a", "winner_model_b" and "winner_tie" 2 are 1; exactly one must be`,
		`{"prompt":"Why?","response_a":"a","response_b":"b","winner_model_a":0.5,"winner_model_b":0.5}`:                              `field "winner_model_a" is "0.5"; it must be 1`,
		`{"prompt":"Why?","chosen":["a","b"],"rejected":["c","d"]}`:                                                                  `field "chosen" has 2 answers, and which of them is better than which of "rejected" can be read in several ways`,
		`{"prompt":"[\"Why?\",\"And?\"]","chosen":"[\"a\",\"b\"]","rejected":"[\"c\"]"}`:                                             `field "rejected" has 1 text and "prompt" 2 texts`,
		`{"prompt":"Why?","response_a":"a","response_b":"b","winner":"gpt-4"}`:                                                       `field "winner" is "gpt-4"; the values known are a, model_a, response_a or left for "response_a"`,
		`{"chosen":"[{'role': 'user', 'content': 'a'}]","rejected":"b"}`:                                                             `field "chosen" holds a list as Python prints it`,
		`{"prompt":"array([{'content': 'a', 'role': 'user'}])","chosen":"a","rejected":"b"}`:                                         `field "prompt" holds a list as Python prints it`,
		`{"prompt":"['Why?']","chosen":"['So.']","rejected":"['No.']"}`:                                                              `holds a list as Python prints it`,
		`{"instruction":"a","question":"b","chosen":"c","rejected":"d"}`:                                                             "--prompt instruction or --prompt question",
		`{"system":"a","system_prompt":"b","prompt":"Why?","chosen":"c","rejected":"d"}`:                                             "",
		`{"system_message":"a","system_prompt":"b","prompt":"Why?","chosen":"c","rejected":"d"}`:                                     "--system system_message or --system system_prompt",
		`{"instruction":"Why?","input":"","output":["So.","No."]}`:                                                                   `dpo data convert pairs --out converted.jsonl --chosen 'output[0]' --rejected 'output[1]'`,
		`{"prompt":"Why?","answers":[{"answer":"So.","rank":1},{"answer":"No.","rank":2}]}`:                                          `choose a better and a worse answer by "rank"`,    // axolotl, zephyr.nectar
		`{"instruction":"Why?","generations":["So.","No."],"ratings":[2,5]}`:                                                         `choose a better and a worse answer by "ratings"`, // distilabel
		`{"prompt":"Why?","response":"So.","rejected_response":"No."}`:                                                               `if "response" is the better answer: dpo data convert pairs --out converted.jsonl --chosen response --rejected rejected_response`,
		`{"messages":[{"role":"user","content":"a"}],"rejected_messages":[]}`:                                                        `--chosen messages --rejected rejected_messages`,
		`{"prompt":[{"role":"user","content":"Why?"}],"chosen":[{"role":"assistant","thinking":"Hm.","content":"a"}],"rejected":[]}`: `field "chosen[0].thinking" has a value; thoughts are not read`, // TRL, Harmony
	} {
		set, err := Read(strings.NewReader(record), "pairs")
		if want != "" {
			errtest.Contains(t, err, "pairs, line 1", want)
		} else if err != nil || !strings.HasSuffix(set.Columns.Note(), "not used: system_prompt") {
			t.Errorf("%s: %v, %v", record, set.Columns, err)
		}
	}
}
