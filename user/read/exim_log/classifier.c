// SPDX-License-Identifier: GPL-2.0-only
/* Finds the class of offence for an ACL's text, in time linear in its length. */
#include "read/exim_log/classifier.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hs/hs.h>

#include "common/hash.h"
#include "read/exim_log/cursor.h"
#include "patterns_compiled.h"

/* A cache of recent texts: a site uses a few texts. They are compared in full, not by hash. */
#define CLASSIFIER_MEMO_SLOTS 512
struct classifier {
	struct classifier_memo memo[CLASSIFIER_MEMO_SLOTS];
	hs_database_t *database;
	hs_database_t *marks; /* NULL: no rule has a pattern */
	bool shared;	      /* the databases belong to another classifier */
	hs_scratch_t *scratch;
	size_t own, count;
	struct pattern patterns[]; /* the site's, then the known ones; `regex` is NULL */
};

struct classifier_scan {
	const struct classifier *classes;
	enum patterns_phase phase;
	size_t first;
};

/* -EINVAL only if one of the first `own` is not valid: those the operator can correct. */
static int classifier_compile(const char *const *regexes, size_t count, size_t own,
			      hs_database_t **out, struct classifier_error *error)
{
	unsigned int *flags = calloc(count, sizeof(*flags));
	unsigned int *ids = calloc(count, sizeof(*ids));
	hs_compile_error_t *why = NULL;
	int err = -ENOMEM;

	if (!flags || !ids)
		goto out;
	for (size_t i = 0; i < count; i++) {
		flags[i] = PATTERNS_FLAGS;
		ids[i] = i;
	}
	err = 0;
	if (hs_compile_multi(regexes, flags, ids, count, HS_MODE_BLOCK, NULL, out, &why) ==
	    HS_SUCCESS)
		goto out;
	err = -ENOTSUP;
	if (why->expression >= 0 && (size_t)why->expression < own) {
		err = -EINVAL;
		error->pattern = why->expression;
		snprintf(error->text, sizeof(error->text), "%s",
			 strstr(why->message, "ALLOWEMPTY") ? "it matches every text"
							    : why->message);
	}
	hs_free_compile_error(why);
out:
	free(flags);
	free(ids);
	return err;
}

/*
 * Loads the patterns that make compiled: compiling takes 0.1 s, reading a log may take less. The
 * library loads only databases of its own version; a program built on another release of Debian
 * compiles the patterns when it starts.
 */
static bool classifier_load_known(struct classifier *classes)
{
	return hs_deserialize_database((const char *)patterns_compiled, sizeof(patterns_compiled),
				       &classes->database) == HS_SUCCESS;
}

int classifier_share(const struct classifier *classes, struct classifier **out)
{
	size_t patterns = classes->count * sizeof(*classes->patterns);
	struct classifier *shared = calloc(1, sizeof(*shared) + patterns);

	if (!shared)
		return -ENOMEM;
	shared->database = classes->database;
	shared->marks = classes->marks;
	shared->shared = true;
	shared->own = classes->own;
	shared->count = classes->count;
	memcpy(shared->patterns, classes->patterns, patterns);
	if (hs_clone_scratch(classes->scratch, &shared->scratch) != HS_SUCCESS) {
		classifier_close(shared);
		return -ENOMEM;
	}
	*out = shared;
	return 0;
}

static int classifier_found(unsigned int id, unsigned long long from, unsigned long long to,
			    unsigned int flags, void *context)
{
	struct classifier_scan *scan = context;

	(void)from;
	(void)to;
	(void)flags;
	if (id < scan->first && scan->classes->patterns[id].phase & scan->phase)
		scan->first = id;
	return 0;
}

/* memmem(3) for words whose first byte is rare. */
static const char *classifier_find_words(const char *text, size_t length, const char *words,
					 size_t size)
{
	const char *end = text + length;

	while ((size_t)(end - text) >= size &&
	       (text = memchr(text, words[0], end - text - size + 1))) {
		if (!memcmp(text, words, size))
			return text;
		text++;
	}
	return NULL;
}

/*
 * The length of the part of an ACL's text that the site wrote: after it, exim quotes a header that
 * it cannot parse, or the response of another server (src/verify.c).
 */
static size_t classifier_own_text(const char *text, size_t length)
{
	static const char remote[] = "SMTP error from remote mail server after ",
			  header[] = "failing address in \"", callout[] = "response to \"";
	const char *at;

	at = classifier_find_words(text, length, remote, sizeof(remote) - 1);
	if (at)
		length = at - text;
	if (!memchr(text, '"', length))
		return length;
	at = memmem(text, length, header, sizeof(header) - 1);
	if (at)
		length = at - text;
	at = memmem(text, length, callout, sizeof(callout) - 1);
	return at ? (size_t)(at - text) : length;
}

/*
 * True if a callout found that the recipient does not exist. Of a sender, exim writes "Sender
 * verify failed".
 */
static bool classifier_is_callout(const char *text, size_t length, size_t own)
{
	static const char cached[] = "Previous (cached) callout verification failure";
	struct cursor at = { .pos = text + own, .end = text + length };

	if (length >= sizeof(cached) - 1 && !memcmp(text, cached, sizeof(cached) - 1))
		return true;
	if (!own && cursor_take(&at, "response to \""))
		return cursor_take(&at, "RCPT TO:");
	if (!cursor_take(&at, "SMTP error from remote mail server after "))
		return false;
	cursor_take(&at, "pipelined ");
	return cursor_take(&at, "RCPT TO:");
}

static int classifier_scan(struct classifier *classes, enum patterns_phase phase, const char *text,
			   size_t length, enum event_class *out)
{
	struct classifier_scan scan = { classes, phase, SIZE_MAX };
	size_t own = classifier_own_text(text, length);

	if (phase == PATTERNS_RCPT && classifier_is_callout(text, length, own)) {
		*out = EVENT_UNKNOWN_USER;
		return 0;
	}
	hs_scan(classes->database, text, own, 0, classes->scratch, classifier_found, &scan);
	if (scan.first == SIZE_MAX)
		return -ENOMSG;
	*out = classes->patterns[scan.first].class;
	return 0;
}

/* A hash of both ends, which is enough: texts are compared in full. */
static uint64_t classifier_hash(const char *text, size_t length, enum patterns_phase phase)
{
	char ends[16] = { 0 };

	if (length >= sizeof(ends)) {
		memcpy(ends, text, 8);
		memcpy(ends + 8, text + length - 8, 8);
	} else {
		memcpy(ends, text, length);
	}
	return hash_bytes(ends, sizeof(ends), length << 8 | phase);
}

static void classifier_collect(const char *text, size_t length, struct classifier_beginnings *out)
{
	bool inside = false;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i + CLASSIFIER_BEGINNING <= length; i++) {
		if (!inside)
			classifier_add_beginning(out, classifier_beginning(text + i));
		inside = classifier_is_word(text[i]);
	}
}

const struct classifier_memo *classifier_recall(struct classifier *classes,
						enum patterns_phase phase, const char *text,
						size_t length)
{
	struct classifier_memo *memo;
	uint64_t hash;

	if (length > sizeof(memo->text))
		return NULL;
	hash = classifier_hash(text, length, phase);
	memo = &classes->memo[hash % CLASSIFIER_MEMO_SLOTS];
	if (memo->hash != hash || memo->phase != phase || memo->length != length ||
	    memcmp(memo->text, text, length)) {
		memo->hash = hash;
		memo->phase = phase;
		memo->length = length;
		memcpy(memo->text, text, length);
		memo->found = !classifier_scan(classes, phase, text, length, &memo->class);
		classifier_collect(text, length, &memo->beginnings);
	}
	return memo;
}

int classifier_match(struct classifier *classes, enum patterns_phase phase, const char *text,
		     size_t length, enum event_class *out)
{
	const struct classifier_memo *memo = classifier_recall(classes, phase, text, length);

	if (!memo)
		return classifier_scan(classes, phase, text, length, out);
	if (!memo->found)
		return -ENOMSG;
	*out = memo->class;
	return 0;
}

int classifier_match_own(struct classifier *classes, enum patterns_phase phase, const char *text,
			 size_t length, enum event_class *out)
{
	struct classifier_scan scan = { classes, phase, SIZE_MAX };

	if (!classes->own)
		return -ENOMSG;
	hs_scan(classes->database, text, classifier_own_text(text, length), 0, classes->scratch,
		classifier_found, &scan);
	if (scan.first >= classes->own)
		return -ENOMSG;
	*out = classes->patterns[scan.first].class;
	return 0;
}

/* Refuses patterns such as ".", which match every text. */
static int classifier_refuse_any(const struct classifier *classes, struct classifier_error *error)
{
	struct classifier_scan scan = { classes, PATTERNS_ANY, SIZE_MAX };

	hs_scan(classes->database, "\x01", 1, 0, classes->scratch, classifier_found, &scan);
	if (scan.first >= classes->own)
		return 0;
	error->pattern = scan.first;
	snprintf(error->text, sizeof(error->text), "it matches every text");
	return -EINVAL;
}

int classifier_open(const struct pattern *own, size_t count, struct classifier_error *error,
		    struct classifier **out)
{
	size_t all = count + patterns_known_count;
	const char **regexes = calloc(all, sizeof(*regexes));
	struct classifier *classes = calloc(1, sizeof(*classes) + all * sizeof(*classes->patterns));
	int err = -ENOMEM;

	if (!regexes || !classes)
		goto out;
	error->mark = false;
	classes->own = count;
	classes->count = all;
	for (size_t i = 0; i < all; i++) {
		classes->patterns[i] = i < count ? own[i] : patterns_known[i - count];
		regexes[i] = classes->patterns[i].regex;
		classes->patterns[i].regex = NULL;
	}
	err = 0;
	if (count || !classifier_load_known(classes))
		err = classifier_compile(regexes, all, count, &classes->database, error);
	if (!err && hs_alloc_scratch(classes->database, &classes->scratch) != HS_SUCCESS)
		err = -ENOMEM;
	if (!err)
		err = classifier_refuse_any(classes, error);
	if (!err) {
		*out = classes;
		classes = NULL;
	}
out:
	classifier_close(classes);
	free(regexes);
	return err;
}

static int classifier_marked(unsigned int id, unsigned long long from, unsigned long long to,
			     unsigned int flags, void *context)
{
	(void)from;
	(void)to;
	(void)flags;
	*(uint32_t *)context |= 1u << id;
	return 0;
}

uint32_t classifier_marks(const struct classifier *classes, const char *text, size_t length)
{
	uint32_t marks = 0;

	if (classes->marks)
		hs_scan(classes->marks, text, length, 0, classes->scratch, classifier_marked,
			&marks);
	return marks;
}

int classifier_mark(struct classifier *classes, const char *const *regexes, size_t count,
		    struct classifier_error *error)
{
	uint32_t any;
	int err;

	if (!count)
		return 0;
	error->mark = true;
	err = classifier_compile(regexes, count, count, &classes->marks, error);
	if (!err && hs_alloc_scratch(classes->marks, &classes->scratch) != HS_SUCCESS)
		err = -ENOMEM;
	if (err)
		return err;
	any = classifier_marks(classes, "\x01", 1);
	if (!any)
		return 0;
	error->pattern = __builtin_ctz(any);
	snprintf(error->text, sizeof(error->text), "it matches every text");
	return -EINVAL;
}

void classifier_close(struct classifier *classes)
{
	if (!classes)
		return;
	hs_free_scratch(classes->scratch);
	if (!classes->shared)
		hs_free_database(classes->database);
	if (!classes->shared)
		hs_free_database(classes->marks);
	free(classes);
}
