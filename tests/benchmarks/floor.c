/* What a C programmer would write for the reference work and nothing else: tasks of one slot, first come first served,
   onto the node with most (spread) or fewest (pack) free slots, lowest number first. It gives the same record as the
   kernel, row by row: node, start and end of every task. No priorities, shapes, retries, losses or notices. */
#include <stdint.h>
#include <stdlib.h>

typedef struct { int64_t end; int32_t task; } Entry;
typedef struct { uint64_t top; uint64_t *middle, *low; } Bits; /* nodes by number, three levels of 64-bit words */

static Entry *heap;
static int64_t size;
static Bits *with; /* with[f]: nodes that have f free slots */

static int before(Entry a, Entry b) { return a.end < b.end || (a.end == b.end && a.task < b.task); }

static void push(Entry entry) {
    int64_t place = size++;
    while (place && before(entry, heap[(place - 1) / 2])) {
        heap[place] = heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    heap[place] = entry;
}

static int32_t pop(void) {
    int32_t task = heap[0].task;
    Entry entry = heap[--size];
    int64_t place = 0;
    for (int64_t child; (child = 2 * place + 1) < size; place = child) {
        if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], entry)) break;
        heap[place] = heap[child];
    }
    heap[place] = entry;
    return task;
}

static void add(Bits *bits, int32_t node) {
    bits->low[node >> 6] |= 1ULL << (node & 63);
    bits->middle[node >> 12] |= 1ULL << (node >> 6 & 63);
    bits->top |= 1ULL << (node >> 12);
}

static void take_out(Bits *bits, int32_t node) {
    if (bits->low[node >> 6] &= ~(1ULL << (node & 63))) return;
    if (bits->middle[node >> 12] &= ~(1ULL << (node >> 6 & 63))) return;
    bits->top &= ~(1ULL << (node >> 12));
}

static int32_t lowest(const Bits *bits) {
    int32_t group = __builtin_ctzll(bits->top);
    int32_t word = group << 6 | __builtin_ctzll(bits->middle[group]);
    return word << 6 | __builtin_ctzll(bits->low[word]);
}

int64_t run(int64_t tasks, const int64_t *submit, const int64_t *duration, int32_t nodes, int32_t slots, int32_t pack,
            int32_t *node, int64_t *start, int64_t *end) {
    int32_t *unused = malloc(nodes * sizeof *unused);
    int64_t arrived = 0, started = 0, ended = 0, now = 0, room = (int64_t)nodes * slots;
    size = 0;
    heap = malloc((room + 1) * sizeof *heap);
    with = calloc(slots + 1, sizeof *with);
    for (int32_t f = 0; f <= slots; f++) {
        with[f].middle = calloc((nodes >> 12) + 1, sizeof(uint64_t));
        with[f].low = calloc((nodes >> 6) + 1, sizeof(uint64_t));
    }
    for (int32_t n = 0; n < nodes; n++) { unused[n] = slots; add(&with[slots], n); }
    while (ended < tasks) {
        now = size ? heap[0].end : INT64_MAX;
        if (arrived < tasks && submit[arrived] < now) now = submit[arrived];
        while (size && heap[0].end <= now) {
            int32_t n = node[pop()];
            take_out(&with[unused[n]], n);
            add(&with[++unused[n]], n);
            ended++; room++;
        }
        while (arrived < tasks && submit[arrived] <= now) arrived++;
        while (started < arrived && room) {
            int32_t f = pack ? 1 : slots;
            while (!with[f].top) f += pack ? 1 : -1;
            int32_t n = lowest(&with[f]);
            take_out(&with[f], n);
            add(&with[--unused[n]], n);
            node[started] = n;
            start[started] = now;
            end[started] = now + duration[started];
            push((Entry){end[started], (int32_t)started});
            started++; room--;
        }
    }
    for (int32_t f = 0; f <= slots; f++) { free(with[f].middle); free(with[f].low); }
    free(with); free(heap); free(unused);
    return now;
}
