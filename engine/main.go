// The render engine: a worker process that speaks JSON lines.
//
// A request names a folder; the answer is what `kustomize build` prints for it, as text or as
// objects. Workers are meant to be lost: a tree that overflows the stack or the memory takes its
// worker with it, and the caller starts another one.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// Request: render the folder Dir (an absolute path).
type Request struct {
	ID  int    `json:"id"`
	Dir string `json:"dir"`
	// Objects instead of text; an object that this worker sent before is only named.
	Objects bool `json:"objects,omitempty"`
	// Origin marks each object with the file it came from.
	Origin bool `json:"origin,omitempty"`
	// Files to read in place of what the disk has, by absolute path.
	Files map[string]string `json:"files,omitempty"`
}

// Response: exactly one of Text, Objects, Error and Fresh is set.
type Response struct {
	ID   int    `json:"id"`
	Text string `json:"text,omitempty"`
	// Digests of the objects in their order; New holds those that were not sent before.
	Objects []string                   `json:"objects,omitempty"`
	New     map[string]json.RawMessage `json:"new,omitempty"`
	Error   string                     `json:"error,omitempty"`
	// Fresh: this tree brings a schema, which Kustomize mixes up with earlier ones; ask a new worker.
	Fresh bool `json:"fresh,omitempty"`
	// Last: the worker ends here, because later trees would see the schema of this one.
	Last bool `json:"last,omitempty"`
}

const (
	exitMemory = 86
	exitTime   = 87
)

func main() {
	memory := flag.Uint64("memory", 2048, "end when the heap grows over this many MiB")
	seconds := flag.Int("seconds", 60, "end when one request takes longer")
	flag.Parse()
	debug.SetGCPercent(400)
	// A tree that holds itself recurses without end: it shall fail before it fills the memory.
	debug.SetMaxStack(64 << 20)
	watch := &watchdog{memory: *memory << 20, limit: time.Duration(*seconds) * time.Second}
	go watch.run()

	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	worker := newWorker()
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return // the caller is gone or done
		}
		var request Request
		if err := json.Unmarshal(line, &request); err != nil {
			fmt.Fprintln(os.Stderr, "bad request:", err)
			os.Exit(2)
		}
		watch.start()
		response := worker.answer(request)
		watch.stop()
		if err := encoder.Encode(response); err != nil || out.Flush() != nil || response.Last {
			return
		}
	}
}

// watchdog ends a worker that its caller can no longer end: one whose caller was killed.
type watchdog struct {
	memory uint64
	limit  time.Duration
	begun  atomic.Int64 // Unix nanoseconds of the request at work, 0 between requests
}

func (w *watchdog) start() { w.begun.Store(time.Now().UnixNano()) }
func (w *watchdog) stop()  { w.begun.Store(0) }

func (w *watchdog) run() {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for range time.Tick(50 * time.Millisecond) {
		metrics.Read(heap)
		if heap[0].Value.Uint64() > w.memory {
			fmt.Fprintf(os.Stderr, "it needs more than %d MiB of memory\n", w.memory>>20)
			os.Exit(exitMemory)
		}
		begun := w.begun.Load()
		if begun != 0 && time.Since(time.Unix(0, begun)) > w.limit {
			fmt.Fprintf(os.Stderr, "it takes longer than %s\n", w.limit)
			os.Exit(exitTime)
		}
	}
}
