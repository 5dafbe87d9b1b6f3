/* SPDX-License-Identifier: GPL-2.0-only */
/* The class of an ACL's text, which words of the peer that the text quotes do not choose. */
#ifndef ACL_TEXT_H
#define ACL_TEXT_H

#include "read/exim_log/line.h"

/*
 * Classifies the rest of the line, which is the ACL's text: sets the class, or `otherwise` if no
 * pattern matches, and the other members of line->found that describe the text. Quotes of
 * line->host, line->sender and line->recipient in the text do not count, unless the text has no
 * class without them and they make it more severe than `otherwise`; never if the line is an offence
 * only because a pattern matches (`matched_only`).
 */
void acl_text_classify(struct line *line, enum patterns_phase phase, bool matched_only,
		       enum event_class otherwise);

#endif
