// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges a log of worlds.py as if the blocks had been in force: what a block drops is not judged,
 * and a sender that tries again does so.
 *
 * judge_loop CONFIG LOG TRUTH [LEARN] prints rows with tabs between their fields. They are:
 *
 * "block ADDRESS RULE SINCE UNTIL KIND", with "block" or "dry-run" as KIND;
 *
 * "avoided LINE DELAY", an attempt that a block dropped: DELAY ms later it came through, or -1;
 *
 * "wrong LINE", where the reader saw something else than what truly happened;
 *
 * "judged EVENTS", the last one.
 *
 * Times are in ms since 1970. What comes before LEARN is learned from, as from old logs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/file/parallel.h"
#include "read/policy.h"
#include "replay/replay_allow.h"
#include "replay/replay_result.h"

#define LOOP_SEED 1

/* Mail queues give up after this. */
#define LOOP_QUEUE_LIFE (INT64_C(4) * 24 * 3600 * 1000)

/* What truly happened in a line that is an event. */
struct loop_truth {
	uint64_t line;
	uint32_t retry; /* ms after which the sender tries again; 0: it does not */
	enum event_class class;
	enum event_class later; /* of a retry */
	struct addr host;	/* a value of addr_host() */
};

/* An attempt that was dropped and comes again. */
struct loop_retry {
	int64_t time, first;
	uint64_t line;
	uint32_t retry;
	enum event_class later;
	struct event event;
};

struct loop {
	struct policy policy;
	struct prefix_set *allowed;
	struct replay_result result;
	int64_t learn; /* ms since 1970 */
	struct loop_truth *truths;
	size_t truths_count, truths_at;
	struct loop_retry *heap; /* the first is the next */
	size_t heap_count, heap_room;
	size_t shown; /* verdicts */
	uint64_t judged;
};

static void loop_fail(const char *what)
{
	fprintf(stderr, "judge_loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool loop_is_before(const struct loop_retry *a, const struct loop_retry *b)
{
	return a->time < b->time || (a->time == b->time && a->line < b->line);
}

static void loop_push(struct loop *loop, const struct loop_retry *retry)
{
	size_t at = loop->heap_count++;

	if (at == loop->heap_room) {
		loop->heap_room = at ? 2 * at : 1024;
		loop->heap = reallocarray(loop->heap, loop->heap_room, sizeof(*loop->heap));
		if (!loop->heap)
			loop_fail("retries");
	}
	for (; at && loop_is_before(retry, &loop->heap[(at - 1) / 2]); at = (at - 1) / 2)
		loop->heap[at] = loop->heap[(at - 1) / 2];
	loop->heap[at] = *retry;
}

static struct loop_retry loop_pop(struct loop *loop)
{
	struct loop_retry first = loop->heap[0], last = loop->heap[--loop->heap_count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < loop->heap_count) {
		child += child + 1 < loop->heap_count &&
			 loop_is_before(&loop->heap[child + 1], &loop->heap[child]);
		if (!loop_is_before(&loop->heap[child], &last))
			break;
		loop->heap[at] = loop->heap[child];
		at = child;
	}
	loop->heap[at] = last;
	return first;
}

static void loop_show_verdicts(struct loop *loop)
{
	const struct replay_result *result = &loop->result;
	char address[ADDR_TEXT_SIZE];

	for (; loop->shown < result->verdicts_count; loop->shown++) {
		const struct replay_verdict *verdict = &result->verdicts[loop->shown];

		printf("block\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%s\n",
		       addr_prefix_format(&verdict->target, address),
		       judge_rules(result->judge)->rules[verdict->rule].name, verdict->time,
		       verdict->until, verdict->dry_run ? "dry-run" : "block");
	}
}

/* True if a block drops it. */
static bool loop_judge(struct loop *loop, const struct event *event)
{
	uint64_t avoided = loop->result.avoided[event->class];

	replay_result_event(&loop->result, event);
	if (loop->result.error) {
		errno = -loop->result.error;
		loop_fail("result");
	}
	loop_show_verdicts(loop);
	return loop->result.avoided[event->class] != avoided;
}

/* An attempt: the first one, or one that comes again. */
static void loop_attempt(struct loop *loop, struct loop_retry *attempt)
{
	attempt->event.time = attempt->time;
	if (!loop_judge(loop, &attempt->event)) {
		if (attempt->time != attempt->first)
			printf("avoided\t%" PRIu64 "\t%" PRId64 "\n", attempt->line,
			       attempt->time - attempt->first);
		return;
	}
	attempt->time += attempt->retry;
	attempt->event.class = attempt->later;
	if (attempt->retry && attempt->time - attempt->first <= LOOP_QUEUE_LIFE)
		loop_push(loop, attempt);
	else
		printf("avoided\t%" PRIu64 "\t-1\n", attempt->line);
}

static void loop_run_retries(struct loop *loop, int64_t until)
{
	while (loop->heap_count && loop->heap[0].time < until) {
		struct loop_retry retry = loop_pop(loop);

		loop_attempt(loop, &retry);
	}
}

/* The truth of a line, or NULL; lines that are events and were not read are told. */
static const struct loop_truth *loop_find(struct loop *loop, uint64_t line)
{
	for (; loop->truths_at < loop->truths_count; loop->truths_at++) {
		const struct loop_truth *truth = &loop->truths[loop->truths_at];

		if (truth->line > line)
			break;
		if (truth->line == line) {
			loop->truths_at++;
			return truth;
		}
		printf("wrong\t%" PRIu64 "\n", truth->line);
	}
	return NULL;
}

static void loop_event(void *context, uint64_t line, const struct exim_log_found *found)
{
	struct loop *loop = context;
	const struct addr host = addr_host(&found->event.peer);
	const struct loop_truth *truth = loop_find(loop, line);
	struct loop_retry attempt = {
		.time = found->event.time,
		.first = found->event.time,
		.line = line,
		.event = found->event,
	};

	if (!truth || truth->class != found->event.class || addr_compare(&truth->host, &host))
		printf("wrong\t%" PRIu64 "\n", line);
	loop->judged++;
	if (found->event.time < loop->learn) {
		judge_learn(loop->result.judge, &found->event);
		return;
	}
	attempt.retry = truth ? truth->retry : 0;
	attempt.later = truth ? truth->later : found->event.class;
	loop_run_retries(loop, attempt.time);
	loop_attempt(loop, &attempt);
}

static void loop_pause(void *context)
{
	(void)context;
}

static enum event_class loop_class(const char *name)
{
	enum event_class class = EVENT_ARRIVAL;

	if (strcmp(name, event_class_name(EVENT_ARRIVAL)) && event_class_parse(name, &class)) {
		errno = EINVAL;
		loop_fail(name);
	}
	return class;
}

/* "LINE TIME ADDRESS KIND SENDER CATEGORY CLASS RETRY LATER", with tabs between them. */
static void loop_read_row(const char *row, struct loop_truth *out)
{
	char address[ADDR_TEXT_SIZE], class[32], later[32];
	struct addr_prefix host;
	uint32_t retry;

	if (sscanf(row, "%" SCNu64 " %*s %51s %*s %*s %*s %31s %" SCNu32 " %31s", &out->line,
		   address, class, &retry, later) != 5 ||
	    addr_parse_prefix(address, &host)) {
		errno = EINVAL;
		loop_fail(row);
	}
	out->host = host.addr;
	out->class = loop_class(class);
	out->later = loop_class(later);
	out->retry = retry * 1000;
}

static void loop_read_truth(struct loop *loop, const char *name)
{
	FILE *file = fopen(name, "r");
	char row[1024];
	size_t room = 0;

	if (!file)
		loop_fail(name);
	while (fgets(row, sizeof(row), file)) {
		if (loop->truths_count == room) {
			room = room ? 2 * room : 65536;
			loop->truths = reallocarray(loop->truths, room, sizeof(*loop->truths));
			if (!loop->truths)
				loop_fail(name);
		}
		loop_read_row(row, &loop->truths[loop->truths_count++]);
	}
	fclose(file);
}

static void loop_open(struct loop *loop, const char *config)
{
	int err;

	if (policy_load(config, &loop->policy))
		exit(1);
	err = judge_open(&loop->policy.rules, LOOP_SEED, &loop->result.judge);
	if (!err)
		err = replay_allow("/nonexistent", &loop->policy.config, &loop->allowed);
	if (!err)
		err = replay_result_open(&loop->result, LOOP_SEED);
	if (err) {
		errno = -err;
		loop_fail(config);
	}
	loop->result.allowed = loop->allowed;
	judge_allow(loop->result.judge, loop->allowed);
}

static void loop_run(struct loop *loop, const char *name)
{
	struct chunks_end end;
	struct reader reader;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		loop_fail(name);
	reader_init(&reader, loop->policy.classes, false, 0);
	reader.exim.wants_arrivals = true;
	errno = -parallel_read(fd, &reader, loop_event, NULL, loop_pause, loop, &end);
	if (errno)
		loop_fail(name);
	loop_find(loop, UINT64_MAX);
	loop_run_retries(loop, INT64_MAX);
	printf("judged\t%" PRIu64 "\n", loop->judged);
	close(fd);
}

int main(int argc, char **argv)
{
	static struct loop loop;

	if (argc < 4 || argc > 5) {
		fputs("usage: judge_loop CONFIG LOG TRUTH [LEARN]\n", stderr);
		return 2;
	}
	loop.learn = argc > 4 ? strtoll(argv[4], NULL, 10) : INT64_MIN;
	loop_open(&loop, argv[1]);
	loop_read_truth(&loop, argv[3]);
	loop_run(&loop, argv[2]);
	replay_result_close(&loop.result);
	judge_close(loop.result.judge);
	prefix_set_free(loop.allowed);
	policy_free(&loop.policy);
	free(loop.truths);
	free(loop.heap);
	return ferror(stdout) || fflush(stdout);
}
