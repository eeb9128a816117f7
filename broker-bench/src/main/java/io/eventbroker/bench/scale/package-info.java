/**
 * What a message costs as topics, patterns, subscribers and publishers grow in number.
 *
 * <p>{@link io.eventbroker.bench.scale.ScaleCommand} is the command, {@code Series} the list of what grows, and
 * {@code ScaleRun} the main class of the JVM that measures one size of one series: it opens a {@code Subject}, through
 * which {@code Flow} publishes as fast as it gets through, lossless, and checks that everything came. {@code Control} is
 * what the machine itself charges for as many places in memory.
 */
@NullMarked
package io.eventbroker.bench.scale;

import org.jspecify.annotations.NullMarked;
