package plots_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "overwrite the golden pictures with what the examples draw")

// Each example draws a picture into testdata that must match its golden picture. A
// picture that differs stays there for inspection.
func TestPicturesLookLikeTheirGoldens(t *testing.T) {
	for _, c := range []struct {
		name    string
		example func()
	}{
		{"overview", ExampleOverview},
		{"loss", ExampleLoss},
		{"rewards", ExampleRewards},
		{"margin", ExampleMargin},
		{"accuracy", ExampleAccuracy},
		{"logprobs", ExampleLogProbs},
		{"heldout", ExampleHeldout},
		{"rewards_margins", ExampleOverlay},
		{"gradient_norm", ExampleLines},
		{"calibration", ExampleCalibration},
		{"objectives", ExampleObjectives},
		{"scores", ExampleScores},
		{"tradeoff_helpfulness_truthfulness", ExampleTradeoff},
		{"frontier", ExampleFrontier},
		{"curves", ExampleCurves},
		{"effects", ExampleEffects},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.example()
			drawn := filepath.Join("testdata", c.name)
			golden := drawn + "_golden.png"
			got := readPNG(t, drawn+".png")
			if *update {
				writePNG(t, golden, got)
			}
			if off := differing(got, readPNG(t, golden)); off > tolerated {
				t.Errorf("%s.png: %.3f%% of the pixels differ from the golden picture, %.3f%% are tolerated; look at both, and run with -update if the new one is right",
					drawn, 100*off, 100*tolerated)
				return
			}
			os.Remove(drawn + ".png")
			os.Remove(drawn + ".svg")
		})
	}
}

// tolerated is the fraction of pixels that rounding on another processor may change.
const tolerated = 0.0005

// differing is the fraction of pixels with a colour channel that differs by more than
// an eighth of its range; 1 for pictures of different sizes.
func differing(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	area := a.Bounds()
	p, q := image.NewRGBA(area), image.NewRGBA(area)
	draw.Draw(p, area, a, area.Min, draw.Src)
	draw.Draw(q, area, b, area.Min, draw.Src)
	count := 0
	for i := 0; i < len(p.Pix); i += 4 {
		for channel := range 4 {
			if d := int(p.Pix[i+channel]) - int(q.Pix[i+channel]); d > 32 || d < -32 {
				count++
				break
			}
		}
	}
	return float64(count) / float64(area.Dx()*area.Dy())
}

// The comparison must see a line that moved by a pixel.
func TestDifferingSeesAMovedLine(t *testing.T) {
	picture := func(y int) image.Image {
		m := image.NewRGBA(image.Rect(0, 0, 1400, 840))
		draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(m, image.Rect(100, y, 1300, y+4), image.NewUniform(color.NRGBA{B: 0xB2, A: 0xFF}), image.Point{}, draw.Src)
		return m
	}
	if off := differing(picture(200), picture(200)); off != 0 {
		t.Errorf("equal pictures differ by %g", off)
	}
	// 1200 pixels change on either side of the line: 2400 of 1400 × 840.
	if off, want := differing(picture(200), picture(201)), 2400.0/(1400*840); off != want || off <= tolerated {
		t.Errorf("a moved line gives %g, want %g, more than the %g tolerated", off, want, tolerated)
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return picture
}

func writePNG(t *testing.T, path string, picture image.Image) {
	t.Helper()
	var data bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&data, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
