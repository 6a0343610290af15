/* The least work that any simulator of first-come-first-served slots must do: a heap of the instants at which slots
   become free; each task takes the earliest one. Everything is recorded: node, start, end of every task. */
#include <stdint.h>
#include <stdlib.h>

typedef struct { int64_t at; int32_t slot; } Free;

static void sink(Free *heap, int64_t count, int64_t place, Free entry) {
    for (;;) {
        int64_t child = 2 * place + 1;
        if (child >= count) break;
        if (child + 1 < count && (heap[child + 1].at < heap[child].at ||
            (heap[child + 1].at == heap[child].at && heap[child + 1].slot < heap[child].slot))) child++;
        if (heap[child].at > entry.at || (heap[child].at == entry.at && heap[child].slot >= entry.slot)) break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = entry;
}

int64_t run(int64_t tasks, const int64_t *submit, const int64_t *duration, int32_t nodes, int32_t slots,
            int32_t *node, int64_t *start, int64_t *end) {
    int64_t count = (int64_t)nodes * slots, last = 0;
    Free *heap = malloc(count * sizeof(Free));
    for (int64_t i = 0; i < count; i++) heap[i] = (Free){0, (int32_t)i};
    for (int64_t i = 0; i < tasks; i++) {
        Free first = heap[0];
        int64_t begin = first.at > submit[i] ? first.at : submit[i];
        node[i] = first.slot / slots;
        start[i] = begin;
        end[i] = first.at = begin + duration[i];
        if (first.at > last) last = first.at;
        sink(heap, count, 0, first);
    }
    free(heap);
    return last;
}
