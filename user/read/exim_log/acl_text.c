// SPDX-License-Identifier: GPL-2.0-only
/* The class of an ACL's text, which words of the peer that the text quotes do not choose. */
#include "read/exim_log/acl_text.h"

#include <errno.h>

/* The name and HELO of the host; the sender, the recipient, and the domains of both. */
#define ACL_TEXT_WORDS_MAX 6

/* A word in an ACL's text that is shorter than this is hardly a quote. */
#define ACL_TEXT_WORD_MIN CLASSIFIER_BEGINNING

/* Replaces a word. No pattern matches it, and it ends a word of the text. */
#define ACL_TEXT_GAP '\x01'

enum {
	ACL_TEXT_HOST = 1, /* the peer's name, HELO, or a domain */
	ACL_TEXT_ADDRESS = 2,
};

struct acl_text_word {
	const char *pos;
	size_t length;
	int kind;
	bool is_cut;	   /* the peer's word is longer */
	uint8_t beginning; /* classifier_beginning() of it */
};

struct acl_text_words {
	struct acl_text_word list[ACL_TEXT_WORDS_MAX];
	int count;
	struct classifier_beginnings beginnings; /* of all, if acl_text_collect() was called */
	bool any_beginning; /* one has a quote there, which the text may leave out */
};

static const bool acl_text_is_quote[256] = { ['"'] = true, ['\\'] = true };

static unsigned char acl_text_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static void acl_text_add(struct acl_text_words *words, const char *pos, const char *end, int kind)
{
	if (end - pos < ACL_TEXT_WORD_MIN)
		return;
	words->list[words->count++] =
		(struct acl_text_word){ pos, end - pos, kind, false, classifier_beginning(pos) };
	for (int i = 0; i < CLASSIFIER_BEGINNING; i++)
		words->any_beginning |= acl_text_is_quote[(unsigned char)pos[i]];
}

static void acl_text_collect(struct acl_text_words *words)
{
	memset(&words->beginnings, 0, sizeof(words->beginnings));
	for (int i = 0; i < words->count; i++)
		classifier_add_beginning(&words->beginnings, words->list[i].beginning);
}

static void acl_text_add_host(struct acl_text_words *words, const struct line *line)
{
	const struct cursor *slot = &line->host, helo = line_helo(line);
	int first = cursor_peek(slot, 0);
	const char *space;

	if (first < 0)
		return;
	space = memchr(slot->pos, ' ', cursor_left(slot));
	/* After a name there is a HELO or the address, after an address only the interface. */
	if (first != '(' && space && (space[1] == '(' || space[1] == '['))
		acl_text_add(words, slot->pos, space, ACL_TEXT_HOST);
	acl_text_add(words, helo.pos, helo.end, ACL_TEXT_HOST);
}

/* An address with or without angle brackets, and its domain. */
static void acl_text_add_address(struct acl_text_words *words, struct cursor address, bool is_cut)
{
	const char *at;

	if (!address.pos)
		return;
	if (cursor_take(&address, "<") && cursor_left(&address) && address.end[-1] == '>')
		address.end--;
	/* A line without one has no position either. */
	if (!cursor_left(&address))
		return;
	at = memrchr(address.pos, '@', cursor_left(&address));
	if (is_cut) {
		acl_text_add(words, address.pos, address.end, ACL_TEXT_ADDRESS);
		words->list[words->count - 1].is_cut = true;
	} else if (at) {
		acl_text_add(words, address.pos, address.end, ACL_TEXT_ADDRESS);
		acl_text_add(words, at + 1, address.end, ACL_TEXT_HOST);
	}
}

/* True at the end of a word. A dot that ends a sentence is not part of a name. */
static bool acl_text_ends(const char *pos, const char *end)
{
	if (pos < end && *pos == '.')
		pos++;
	return pos == end || !classifier_is_word(*pos);
}

/*
 * The number of bytes of the text at `pos` that are the word, in any case; 0: none. exim drops
 * the quotes and backslashes of $local_part, and so does this if `unquote` is set.
 */
static size_t acl_text_length(const struct acl_text_word *word, bool unquote, const char *pos,
			      const char *end)
{
	const char *at = word->pos, *word_end = at + word->length, *from = pos;

	for (; at < word_end; at++) {
		if (unquote && *at == '"')
			continue;
		if (unquote && *at == '\\' && at + 1 < word_end)
			at++;
		if (pos == end || acl_text_lower(*pos) != acl_text_lower(*at))
			return 0;
		pos++;
	}
	if (word->is_cut) {
		struct cursor rest = { .pos = from, .end = end };

		return fields_take_mailbox(&rest) && rest.pos > pos ? rest.pos - from : pos - from;
	}
	return acl_text_ends(pos, end) ? pos - from : 0;
}

/* The number of bytes at `pos` that are the longest word of one of `kinds`; *kind is its kind. */
static size_t acl_text_find(const struct acl_text_words *words, int kinds, const char *pos,
			    const char *end, int *kind)
{
	size_t longest = 0;

	for (int i = 0; i < words->count; i++) {
		const struct acl_text_word *word = &words->list[i];

		if (!(word->kind & kinds))
			continue;
		for (int unquote = 0; unquote < 2; unquote++) {
			size_t length = acl_text_length(word, unquote, pos, end);

			if (length > longest) {
				longest = length;
				*kind = word->kind;
			}
		}
	}
	return longest;
}

/*
 * Replaces the words of `kinds` in the text: the length of the result in `out`, which has room for
 * `length` bytes; *replaced has the kinds that were there. `out` NULL: finds the kinds only.
 */
static size_t acl_text_replace(const struct acl_text_words *words, int kinds, const char *text,
			       size_t length, char *out, int *replaced)
{
	const char *end = text + length;
	bool inside = false;
	size_t size = 0;

	*replaced = 0;
	for (const char *pos = text; pos < end;) {
		size_t word = 0;
		int kind = 0;

		if (!inside && end - pos >= CLASSIFIER_BEGINNING &&
		    (words->any_beginning ||
		     classifier_has_beginning(&words->beginnings, classifier_beginning(pos))))
			word = acl_text_find(words, kinds, pos, end, &kind);
		if (out)
			out[size++] = word ? ACL_TEXT_GAP : *pos;
		pos += word ? word : 1;
		*replaced |= kind;
		inside = classifier_is_word(pos[-1]);
	}
	return size;
}

/*
 * Classifies a text that quotes words of the kinds `quoted`. 0; -ENOMSG: the site's own words have
 * no class.
 */
static int acl_text_match_quoting(struct line *line, const struct acl_text_words *words, int quoted,
				  enum patterns_phase phase, bool matched_only,
				  enum event_class otherwise, enum event_class *out)
{
	struct classifier *classes = line->exim->classes;
	const char *text = line->found.text;
	size_t length = line->found.text_length, size;
	char rest[EXIM_LOG_LINE_MAX];
	enum event_class class;
	int kinds;

	/* The operator's own pattern may be about just such a word. */
	if (!classifier_match_own(classes, phase, text, length, out))
		return 0;
	size = acl_text_replace(words, ACL_TEXT_HOST | ACL_TEXT_ADDRESS, text, length, rest,
				&kinds);
	if (!classifier_match(classes, phase, rest, size, out))
		return 0;
	/* A peer can name itself like a word of the site's, which is then missing in the rest. */
	if (!(quoted & ACL_TEXT_HOST) || matched_only)
		return -ENOMSG;
	size = acl_text_replace(words, ACL_TEXT_ADDRESS, text, length, rest, &kinds);
	if (classifier_match(classes, phase, rest, size, &class) || class >= otherwise)
		return -ENOMSG;
	*out = class;
	return 0;
}

/* True if no word of the peer can be in the text. */
static bool acl_text_quotes_nothing(const struct acl_text_words *words,
				    const struct classifier_memo *memo)
{
	bool common = words->any_beginning;

	for (int i = 0; i < words->count; i++)
		common |= classifier_has_beginning(&memo->beginnings, words->list[i].beginning);
	return !common;
}

void acl_text_classify(struct line *line, enum patterns_phase phase, bool matched_only,
		       enum event_class otherwise)
{
	struct exim_log_found *found = &line->found;
	struct classifier *classes = line->exim->classes;
	struct acl_text_words words;
	const struct classifier_memo *memo;
	int quoted, err;

	/* Its list is not cleared: it is filled for each line. */
	words.count = 0;
	words.any_beginning = false;
	found->text = line->cursor.pos;
	found->text_length = cursor_left(&line->cursor);
	acl_text_add_host(&words, line);
	acl_text_add_address(&words, line->sender, false);
	acl_text_add_address(&words, line->recipient, line->recipient_is_cut);
	found->event.marks = classifier_marks(classes, found->text, found->text_length);
	memo = classifier_recall(classes, phase, found->text, found->text_length);
	if (memo && acl_text_quotes_nothing(&words, memo)) {
		found->event.class = memo->found ? memo->class : otherwise;
		found->unmatched = !memo->found;
		return;
	}
	acl_text_collect(&words);
	acl_text_replace(&words, ACL_TEXT_HOST | ACL_TEXT_ADDRESS, found->text, found->text_length,
			 NULL, &quoted);
	found->event.class = otherwise;
	err = quoted ? acl_text_match_quoting(line, &words, quoted, phase, matched_only, otherwise,
					      &found->event.class)
		     : classifier_match(classes, phase, found->text, found->text_length,
					&found->event.class);
	found->unmatched = err != 0;
}
