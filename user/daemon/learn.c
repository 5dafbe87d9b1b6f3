// SPDX-License-Identifier: GPL-2.0-only
/* Learns at the first start from the old logs what each host is known for, in the background. */
#include "daemon/learn.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/suggest.h"
#include "read/file/chunks.h"
#include "read/reader.h"

#define LEARN_DAY_MS (24 * 3600 * INT64_C(1000))

/* A log and the position where the daemon began to read it. */
struct learn_log {
	char *path;
	uint64_t device, inode, offset;
};

struct learn_file {
	char *path;
	struct stat st;
};

struct learn {
	struct learn_log logs[DAEMON_LOGS_MAX];
	int logs_count;
	char *config; /* NULL: the usual files */
	bool helo_is_checked;
	uint64_t seed;
	pthread_t thread;
	bool started;
	int stop; /* set by learn_close(), read by the thread */
	int done; /* set by the thread, after which it uses nothing below */
	struct judge *judge;
	uint64_t lines, files;
};

static bool learn_is_stopped(const struct learn *learn)
{
	return __atomic_load_n(&learn->stop, __ATOMIC_RELAXED);
}

/* The lines of a chunk, up to `limit` bytes of the file. */
static void learn_chunk(struct learn *learn, struct reader *reader, const struct chunk *chunk,
			uint64_t limit)
{
	uint64_t start = chunk->end - chunk->size;
	const char *at = chunk->text, *end = chunk->text + chunk->size, *lf;
	struct exim_log_found found;

	for (; at < end && (lf = memchr(at, '\n', end - at)); at = lf + 1) {
		if (start + (lf + 1 - chunk->text) > limit)
			return;
		learn->lines++;
		if (!reader_line(reader, at, lf - at, &found))
			judge_learn(learn->judge, &found.event);
	}
}

static void learn_file(struct learn *learn, struct classifier *classes,
		       const struct learn_file *file, uint64_t limit)
{
	struct chunk *chunk = malloc(sizeof(*chunk));
	struct chunks *chunks = NULL;
	struct reader reader;
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), err = 0;

	if (fd < 0)
		err = -errno;
	if (!err && !chunk)
		err = -ENOMEM;
	if (!err)
		err = chunks_open(fd, &chunks);
	reader_init(&reader, classes, learn->helo_is_checked, clock_wall_ms() / 1000);
	reader.exim.wants_arrivals = true;
	while (!err && !learn_is_stopped(learn)) {
		err = chunks_next(chunks, chunk);
		if (err <= 0)
			break;
		err = 0;
		learn_chunk(learn, &reader, chunk, limit);
		if (chunk->end >= limit)
			break;
	}
	if (err)
		log_warning("cannot learn from \"%s\": %s; it is skipped", file->path,
			    strerror(-err));
	else
		learn->files++;
	chunks_close(chunks);
	free(chunk);
	if (fd >= 0)
		close(fd);
}

static int learn_by_time(const void *a, const void *b)
{
	const struct timespec *x = &((const struct learn_file *)a)->st.st_mtim;
	const struct timespec *y = &((const struct learn_file *)b)->st.st_mtim;

	return x->tv_sec != y->tv_sec ? (x->tv_sec > y->tv_sec) - (x->tv_sec < y->tv_sec)
				      : (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* "mainlog" itself, "mainlog.1", "mainlog.2.gz", "mainlog-20261125": not "mainlog.save". */
static bool learn_is_rotated(const char *rest)
{
	if (!*rest)
		return true;
	if (*rest != '.' && *rest != '-')
		return false;
	rest += 1 + strspn(rest + 1, "0123456789-");
	return !*rest || !strcmp(rest, ".gz") || !strcmp(rest, ".xz") || !strcmp(rest, ".zst");
}

/* The files of a log that are recent enough, the oldest first. Returns how many. */
static size_t learn_find(const struct learn_log *log, struct learn_file **out)
{
	const time_t since = clock_wall_ms() / 1000 - LEARN_DAYS * 24 * 3600;
	struct learn_file *files = NULL, *grown, file;
	char pattern[PATH_MAX + 2];
	glob_t found = { 0 };
	size_t count = 0;

	/* A path with special characters is taken as it is. */
	snprintf(pattern, sizeof(pattern), "%s*", log->path);
	if (strpbrk(log->path, "*?[\\") || glob(pattern, 0, NULL, &found))
		glob(log->path, GLOB_NOCHECK | GLOB_NOESCAPE, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		file.path = found.gl_pathv[i];
		if (strncmp(file.path, log->path, strlen(log->path)) ||
		    !learn_is_rotated(file.path + strlen(log->path)) ||
		    lstat(file.path, &file.st) || !S_ISREG(file.st.st_mode) ||
		    file.st.st_mtime < since)
			continue;
		grown = array_grow(files, count, sizeof(*files));
		file.path = grown ? strdup(file.path) : NULL;
		files = grown ? grown : files;
		if (file.path)
			files[count++] = file;
	}
	globfree(&found);
	if (count)
		qsort(files, count, sizeof(*files), learn_by_time);
	*out = files;
	return count;
}

/* Reads up to where the daemon began, and no file that is newer. */
static void learn_log(struct learn *learn, struct classifier *classes, const struct learn_log *log)
{
	struct learn_file *files;
	size_t count = learn_find(log, &files);
	bool over = false;

	for (size_t i = 0; i < count; i++) {
		const struct learn_file *file = &files[i];
		bool last = file->st.st_dev == log->device && file->st.st_ino == log->inode;

		if (!over && !learn_is_stopped(learn))
			learn_file(learn, classes, file, last ? log->offset : UINT64_MAX);
		over |= last;
		free(file->path);
	}
	free(files);
}

static void *learn_run(void *context)
{
	const struct sched_param idle = { 0 };
	struct learn *learn = context;
	struct policy policy;

	/* Mail comes first. */
	pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle);
	/* Patterns have memory of their own in each thread. */
	if (!policy_load(learn->config, &policy)) {
		for (int i = 0; i < learn->logs_count; i++)
			learn_log(learn, policy.classes, &learn->logs[i]);
		policy_free(&policy);
	}
	__atomic_store_n(&learn->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static int learn_add_log(struct learn *learn, const struct source *source)
{
	struct learn_log *log = &learn->logs[learn->logs_count];
	const struct log_position_file *last;
	struct log_position position;

	source_position(source, &position);
	if (!strncmp(source_name(source), SOURCE_JOURNAL, strlen(SOURCE_JOURNAL)))
		return 0;
	log->path = strdup(source_name(source));
	if (!log->path)
		return -ENOMEM;
	if (position.files.count) {
		last = &position.files.file[position.files.count - 1];
		log->device = last->device;
		log->inode = last->inode;
		log->offset = last->offset;
	}
	learn->logs_count++;
	return 0;
}

int learn_open(const struct daemon *daemon, bool helo_is_checked, struct learn **out)
{
	struct learn *learn = calloc(1, sizeof(*learn));
	sigset_t all, before;
	int err = learn ? 0 : -ENOMEM;

	for (int i = 0; i < daemon->logs_count && !err; i++)
		err = learn_add_log(learn, daemon->logs[i].source);
	if (!err && daemon->overrides.config)
		err = (learn->config = strdup(daemon->overrides.config)) ? 0 : -ENOMEM;
	if (!err)
		err = judge_open(&daemon->policy.rules, daemon->seed, &learn->judge);
	if (!err) {
		learn->helo_is_checked = helo_is_checked;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		err = -pthread_create(&learn->thread, NULL, learn_run, learn);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		learn->started = !err;
	}
	if (err)
		learn_close(learn);
	else
		*out = learn;
	return err;
}

bool learn_take(struct learn *learn, struct judge *judge)
{
	unsigned int days;
	int err;

	if (!__atomic_load_n(&learn->done, __ATOMIC_ACQUIRE))
		return false;
	days = standing_span(judge_standing(learn->judge));
	err = standing_merge(judge_standing(judge), judge_standing(learn->judge));
	if (err)
		log_error("cannot use the standing that was learned from the old logs: %s",
			  strerror(-err));
	log_notice("learned the standing of %u hosts from %llu line%s of %u day%s of logs",
		   standing_state(judge_standing(learn->judge)).hosts,
		   (unsigned long long)learn->lines, suggest_plural(learn->lines), days,
		   suggest_plural(days));
	return true;
}

void learn_close(struct learn *learn)
{
	if (!learn)
		return;
	__atomic_store_n(&learn->stop, 1, __ATOMIC_RELAXED);
	if (learn->started)
		pthread_join(learn->thread, NULL);
	for (int i = 0; i < learn->logs_count; i++)
		free(learn->logs[i].path);
	judge_close(learn->judge);
	free(learn->config);
	free(learn);
}
