// SPDX-License-Identifier: GPL-2.0-only
/* Following a log: each line is delivered once, whatever happens to the file. */
#include "unit/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "read/file/follow.h"
#include "read/file/tail.h"

#define ROTATIONS     100
#define LINES	      200000
#define ROTATE_MS     15
#define LAST_WORDS_MS 5000

static char folder[] = "/tmp/sobig-follow-XXXXXX";
static char path[128];

/* How often each numbered line was delivered, and a copy of the last one. */
struct received {
	unsigned char times[LINES];
	unsigned int count;
	unsigned int broken;
	unsigned int unterminated;
	char last[64];
};

static struct received received;
static struct follow *follow;

/*
 * Shared by reader, writer and rotator. A file that is created and deleted between two reads cannot
 * be found, so the rotator waits until each file was read once, however slow the machine is.
 */
struct pace {
	atomic_uint reads;
	atomic_uint rotations;
	atomic_bool finished;
};

static struct pace *pace;

static void count_line(void *context, const char *line, size_t length)
{
	struct received *into = context;
	uint64_t generation, offset;
	unsigned int number;
	char text[64], again[64];

	into->unterminated += !follow_line(follow, &generation, &offset);
	if (length >= sizeof(text)) {
		into->broken++;
		return;
	}
	memcpy(text, line, length);
	text[length] = '\0';
	strcpy(into->last, text);
	into->count++;
	if (sscanf(text, "line %u", &number) != 1 || number >= LINES)
		return;
	snprintf(again, sizeof(again), "line %06u of the log", number);
	if (strcmp(text, again))
		into->broken++;
	else
		into->times[number]++;
}

static void wait_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static void append(const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int start(void **state)
{
	(void)state;
	memset(&received, 0, sizeof(received));
	strcpy(strchr(folder, '-') + sizeof("-follow-") - 1, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/mainlog", folder);
	pace = mmap(NULL, sizeof(*pace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return pace == MAP_FAILED ? -1 : 0;
}

static int stop(void **state)
{
	char command[128];

	(void)state;
	follow_close(follow);
	follow = NULL;
	munmap(pace, sizeof(*pace));
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void open_log(bool from_end)
{
	assert_int_equal(follow_open(path, from_end, &follow), 0);
}

static void read_log(void)
{
	while (follow_read(follow, count_line, &received))
		;
}

/* As exim does it (src/log.c): check that the name still refers to the open file, then write. */
static void write_as_exim(void)
{
	struct stat open_st, name_st;
	char line[64];
	int fd = -1;

	for (unsigned int i = 0; i < LINES; i++) {
		if (fd >= 0 && (stat(path, &name_st) || fstat(fd, &open_st) ||
				name_st.st_ino != open_st.st_ino)) {
			close(fd);
			fd = -1;
		}
		if (fd < 0)
			fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
		int length = snprintf(line, sizeof(line), "line %06u of the log\n", i);

		if (write(fd, line, length) != length)
			_exit(1);
		/* Spread over all rotations. */
		if (i % (LINES / ROTATIONS / 10) == 0)
			do
				wait_ms(ROTATE_MS / 10);
			while (i / (LINES / ROTATIONS) > pace->rotations);
	}
	_exit(0);
}

static void rotate_by_renaming(int number)
{
	char old[160];

	snprintf(old, sizeof(old), "%s.%d", path, number);
	rename(path, old);
	/* The next writer creates the new file. */
}

static void rotate_by_renaming_and_creating(int number)
{
	rotate_by_renaming(number);
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void rotate_by_deleting_and_creating(int number)
{
	(void)number;
	unlink(path);
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void rotate_late(int number)
{
	rotate_by_renaming(number);
	wait_ms(ROTATE_MS / 3);
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static pid_t start_child(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

/* Reads until the child has ended and everything is read. */
static void read_while(pid_t writer, unsigned int lines)
{
	struct pollfd fd = { .fd = follow_fd(follow), .events = POLLIN };
	bool running = true;
	int status;

	for (int quiet = 0; running || (received.count < lines && quiet < LAST_WORDS_MS);
	     quiet += 10) {
		if (poll(&fd, 1, 10) > 0)
			read_log();
		pace->reads++;
		if (running && waitpid(writer, &status, WNOHANG) == writer) {
			running = false;
			quiet = 0;
			assert_int_equal(status, 0);
		}
	}
	pace->finished = true;
	read_log();
}

/* Waits for the second read from now on, which began after the call. */
static void wait_for_read(void)
{
	unsigned int seen;

	while (access(path, F_OK) && !pace->finished)
		wait_ms(1);
	for (seen = pace->reads; pace->reads - seen < 2 && !pace->finished;)
		wait_ms(1);
}

static void check_each_line_was_read_once(void)
{
	unsigned int lost = 0, twice = 0;

	for (unsigned int i = 0; i < LINES; i++) {
		lost += !received.times[i];
		twice += received.times[i] > 1;
	}
	if (lost || twice || received.broken)
		fail_msg("%u lost, %u twice, %u broken of %u", lost, twice, received.broken, LINES);
}

static void check_rotation(void (*rotate)(int number))
{
	pid_t writer, rotator;

	append("");
	open_log(false);
	writer = start_child();
	if (!writer)
		write_as_exim();
	rotator = start_child();
	if (!rotator) {
		for (int i = 0; i < ROTATIONS; i++) {
			wait_ms(ROTATE_MS);
			wait_for_read();
			rotate(i);
			pace->rotations++;
		}
		_exit(0);
	}
	read_while(writer, LINES);
	assert_int_equal(waitpid(rotator, NULL, 0), rotator);
	read_log();
	check_each_line_was_read_once();
}

static void no_line_is_lost_or_doubled_by_100_renames(void **state)
{
	(void)state;
	check_rotation(rotate_by_renaming);
}

static void no_line_is_lost_or_doubled_by_100_renames_with_create(void **state)
{
	(void)state;
	check_rotation(rotate_by_renaming_and_creating);
}

static void no_line_is_lost_or_doubled_by_100_deletions(void **state)
{
	(void)state;
	check_rotation(rotate_by_deleting_and_creating);
}

static void no_line_is_lost_or_doubled_by_100_late_creations(void **state)
{
	(void)state;
	check_rotation(rotate_late);
}

/* Truncation destroys unread lines, so the writer stops while the last ones are read. */
static void no_line_is_lost_or_doubled_by_100_truncations(void **state)
{
	siginfo_t stopped;
	pid_t writer;

	(void)state;
	append("");
	open_log(false);
	pace->rotations = ROTATIONS;
	writer = start_child();
	if (!writer)
		write_as_exim();
	for (int i = 0; i < ROTATIONS; i++) {
		wait_ms(ROTATE_MS);
		read_log();
		kill(writer, SIGSTOP);
		/* Wait until it has stopped: sending the signal is not enough. */
		waitid(P_PID, writer, &stopped, WSTOPPED | WEXITED | WNOWAIT);
		read_log();
		assert_int_equal(truncate(path, 0), 0);
		kill(writer, SIGCONT);
	}
	read_while(writer, LINES);
	check_each_line_was_read_once();
}

static void old_content_is_not_read(void **state)
{
	(void)state;
	append("line 000001 of the log\nline 000002 of the log\n");
	open_log(true);
	read_log();
	assert_int_equal(received.count, 0);
	append("line 000003 of the log\n");
	read_log();
	assert_int_equal(received.count, 1);
	assert_int_equal(received.times[3], 1);
}

static void line_half_written_at_start_is_not_read(void **state)
{
	(void)state;
	append("line 000001 of the");
	open_log(true);
	append(" log\nline 000002 of the log\n");
	read_log();
	assert_int_equal(received.count, 1);
	assert_int_equal(received.times[2], 1);
}

static void line_is_delivered_when_complete(void **state)
{
	(void)state;
	append("");
	open_log(true);
	append("line 000001 of");
	read_log();
	assert_int_equal(received.count, 0);
	append(" the log\n");
	read_log();
	assert_int_equal(received.times[1], 1);
}

/* So many rotations that the oldest file is closed without waiting for a late writer. */
static void rotate_out(void)
{
	for (int i = 0; i < LOG_POSITION_FILES; i++) {
		rotate_by_renaming_and_creating(i + 1);
		read_log();
	}
}

static void last_line_of_a_rotated_file_needs_no_lf(void **state)
{
	(void)state;
	append("");
	open_log(true);
	append("line 000001 of the log\nline 000002 of the log");
	read_log();
	assert_int_equal(received.count, 1);
	rotate_out();
	assert_int_equal(received.count, 2);
	assert_int_equal(received.times[2], 1);
	assert_int_equal(received.unterminated, 1);
	append("line 000003 of the log\n");
	read_log();
	assert_int_equal(received.times[3], 1);
	assert_int_equal(received.unterminated, 1);
}

/* Half of it was there at the start, or it is too long. */
static void last_line_that_was_skipped_is_not_read(void **state)
{
	static char overlong[TAIL_BUFFER + 10];

	(void)state;
	append("line 000001 of");
	open_log(true);
	append(" the log");
	read_log();
	rotate_out();
	assert_int_equal(received.count, 0);
	memset(overlong, 'a', sizeof(overlong) - 1);
	append(overlong);
	read_log();
	rotate_out();
	assert_int_equal(received.count, 0);
	assert_int_equal(received.broken, 0);
	assert_int_equal(follow_state(follow).skipped, 1);
}

static void log_created_late_is_read_from_its_start(void **state)
{
	(void)state;
	open_log(true);
	read_log();
	assert_int_equal(follow_state(follow).error, ENOENT);
	append("line 000001 of the log\n");
	read_log();
	assert_int_equal(received.times[1], 1);
	assert_int_equal(follow_state(follow).error, 0);
}

static void log_truncated_and_grown_past_its_old_size_is_read_from_its_start(void **state)
{
	(void)state;
	append("line 000001 of the log\n");
	open_log(true);
	assert_int_equal(truncate(path, 0), 0);
	append("line 000002 of the log\nline 000003 of the log\n");
	read_log();
	assert_int_equal(received.count, 2);
	assert_int_equal(received.times[2] + received.times[3], 2);
}

static void log_that_lost_its_end_is_not_read_again(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		append("line 000001 of the log\n");
	open_log(true);
	assert_int_equal(truncate(path, 23 * 90), 0);
	append("line 000002 of the log\n");
	read_log();
	append("line 000003 of the log\n");
	read_log();
	assert_int_equal(received.times[1], 0);
	assert_int_equal(received.times[3], 1);
}

static void log_rewritten_by_an_editor_is_not_read_again(void **state)
{
	char copy[160], command[1024];

	(void)state;
	for (int i = 0; i < 100; i++)
		append("line 000001 of the log\n");
	open_log(true);
	snprintf(copy, sizeof(copy), "%s.new", path);
	snprintf(command, sizeof(command), "cp %s %s", path, copy);
	assert_int_equal(system(command), 0);
	assert_int_equal(rename(copy, path), 0);
	read_log();
	append("line 000002 of the log\n");
	read_log();
	assert_int_equal(received.count, 1);
	assert_int_equal(received.times[2], 1);
}

static void log_that_begins_like_the_old_one_is_read(void **state)
{
	const char *const head =
		"Warning: purging the environment.\n Suggested action: use keep_environment.\n";
	char away[160];

	(void)state;
	append(head);
	open_log(true);
	snprintf(away, sizeof(away), "%s.1", path);
	assert_int_equal(rename(path, away), 0);
	append(head);
	append("line 000001 of the log\n");
	read_log();
	assert_int_equal(received.times[1], 1);
	assert_int_equal(truncate(path, 0), 0);
	append(head);
	append("line 000002 of the log\n");
	read_log();
	assert_int_equal(received.times[2], 1);
}

static void log_moved_away_and_back_is_not_read_again(void **state)
{
	char away[160];

	(void)state;
	append("line 000001 of the log\n");
	open_log(false);
	read_log();
	snprintf(away, sizeof(away), "%s.1", path);
	assert_int_equal(rename(path, away), 0);
	append("line 000002 of the log\n");
	read_log();
	assert_int_equal(rename(away, path), 0);
	read_log();
	append("line 000003 of the log\n");
	read_log();
	assert_int_equal(received.count, 3);
	assert_int_equal(received.times[1] + received.times[2] + received.times[3], 3);
}

static void link_is_followed_to_its_new_target(void **state)
{
	char first[80], second[80];

	(void)state;
	snprintf(first, sizeof(first), "%s/first", folder);
	snprintf(second, sizeof(second), "%s/second", folder);
	close(open(first, O_WRONLY | O_CREAT, 0600));
	close(open(second, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(symlink(first, path), 0);
	open_log(true);
	append("line 000001 of the log\n");
	read_log();
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(second, path), 0);
	append("line 000002 of the log\n");
	read_log();
	assert_int_equal(received.times[1] + received.times[2], 2);
}

static void recreated_folder_is_found(void **state)
{
	char sub[64], away[160];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/exim4", folder);
	snprintf(away, sizeof(away), "%s.old", sub);
	snprintf(path, sizeof(path), "%s/mainlog", sub);
	assert_int_equal(mkdir(sub, 0700), 0);
	append("line 000001 of the log\n");
	open_log(true);
	assert_int_equal(rename(sub, away), 0);
	read_log();
	assert_int_equal(mkdir(sub, 0700), 0);
	append("line 000002 of the log\n");
	read_log();
	append("line 000003 of the log\n");
	read_log();
	assert_int_equal(received.times[2] + received.times[3], 2);
}

static void overlong_line_is_skipped_and_the_next_one_read(void **state)
{
	static char chunk[100001];

	(void)state;
	append("");
	open_log(true);
	memset(chunk, 'x', sizeof(chunk) - 1);
	for (int i = 0; i < 20; i++) {
		append(chunk);
		read_log();
	}
	append("\nline 000001 of the log\n");
	read_log();
	assert_int_equal(received.count, 1);
	assert_int_equal(received.times[1], 1);
	assert_int_equal(follow_state(follow).skipped, 1);
}

static void nul_and_cr_are_ordinary_bytes(void **state)
{
	int fd;

	(void)state;
	append("");
	open_log(true);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "a\0b\rc\n", 6), 6);
	close(fd);
	read_log();
	assert_int_equal(received.count, 1);
	assert_string_equal(received.last, "a");
}

static void non_file_is_refused(void **state)
{
	struct follow *none = NULL;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(follow_open(path, true, &none), -ESPIPE);
	assert_int_equal(follow_open(folder, true, &none), -EISDIR);
	assert_int_equal(follow_open("/nowhere/mainlog", true, &none), -ENOENT);
	assert_null(none);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(old_content_is_not_read),
		TEST(line_half_written_at_start_is_not_read),
		TEST(line_is_delivered_when_complete),
		TEST(last_line_of_a_rotated_file_needs_no_lf),
		TEST(last_line_that_was_skipped_is_not_read),
		TEST(log_created_late_is_read_from_its_start),
		TEST(log_truncated_and_grown_past_its_old_size_is_read_from_its_start),
		TEST(log_that_lost_its_end_is_not_read_again),
		TEST(log_rewritten_by_an_editor_is_not_read_again),
		TEST(log_that_begins_like_the_old_one_is_read),
		TEST(log_moved_away_and_back_is_not_read_again),
		TEST(link_is_followed_to_its_new_target),
		TEST(recreated_folder_is_found),
		TEST(overlong_line_is_skipped_and_the_next_one_read),
		TEST(nul_and_cr_are_ordinary_bytes),
		TEST(non_file_is_refused),
		TEST(no_line_is_lost_or_doubled_by_100_renames),
		TEST(no_line_is_lost_or_doubled_by_100_renames_with_create),
		TEST(no_line_is_lost_or_doubled_by_100_deletions),
		TEST(no_line_is_lost_or_doubled_by_100_late_creations),
		TEST(no_line_is_lost_or_doubled_by_100_truncations),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
