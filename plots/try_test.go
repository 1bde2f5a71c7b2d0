package plots
import ("testing";"os";"path/filepath";"math";"example.com/gonb-dpo/dpocore/metrics")
func TestTry(t *testing.T){
 base:="/tmp/w/plots-try"
 h:=syntheticRun(50,10,0.9)
 if err:=WriteRun(filepath.Join(base,"r50"),h);err!=nil{t.Fatal(err)}
 for n,h:=range map[string]metrics.History{"r0":{}, "r1":syntheticRun(1,0,.9),"r2":syntheticRun(2,1,.9),"r7":syntheticRun(7,0,.9),"r2000":syntheticRun(2000,100,.9)}{
 if err:=WriteRun(filepath.Join(base,n),h);err!=nil{t.Fatal(err)}}
 h2:=syntheticRun(50,10,.9); for i:=range h2.Steps{ if i>20&&i<24||i==30||i==32{h2.Steps[i].Loss=math.NaN(); h2.Steps[i].RewardsChosen=math.Inf(1);h2.Steps[i].LogpsRejected=1e300}}
 if err:=WriteRun(filepath.Join(base,"rnan"),h2);err!=nil{t.Fatal(err)}
 _ = os.Args
 var runs []Run
 for i,n:=range []string{"β = 0.05","β = 0.1","β = 0.3","4","5","6","7","runs/eight","n"}{ runs=append(runs,Run{n,syntheticRun(50+i,10,.3*float64(i+1))})}
 for _,m:=range metrics.Names(){ f,err:=Overlay(m,runs[:3]); if err!=nil{t.Fatal(err)}; if err:=WriteFigures(base+"/ov",f);err!=nil{t.Fatal(err)}}
 f,_:=Overlay("loss",runs); WriteFigures(base+"/ov9",f)
}
func BenchmarkOverviewPNG(b *testing.B){ h:=syntheticRun(50,10,.9); for b.Loop(){ Overview(h).PNG(discard{}) } }
func BenchmarkOverview2000(b *testing.B){ h:=syntheticRun(2000,10,.9); for b.Loop(){ Overview(h).PNG(discard{}) } }
type discard struct{}
func (discard) Write(p []byte)(int,error){return len(p),nil}
