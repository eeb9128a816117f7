/**
 * What all measuring commands share: the options, forked JVMs, rounds with progress, the interval of a median, the list
 * of targets with their verdicts, and the report in its four forms (terminal, Markdown, JSON, one self-contained page).
 *
 * <p>A command makes its {@link io.eventbroker.bench.lab.Report} anew after each round and hands it to
 * {@link io.eventbroker.bench.lab.Options#write}, so that a run that is ended leaves what it has. What is reported is
 * made of {@link io.eventbroker.bench.lab.Section}s, which know nothing of the command they come from: so the command
 * {@code tables} prints those of any JSON file.
 */
@NullMarked
package io.eventbroker.bench.lab;

import org.jspecify.annotations.NullMarked;
