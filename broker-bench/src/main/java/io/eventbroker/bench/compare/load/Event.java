package io.eventbroker.bench.compare.load;

/**
 * What is published.
 *
 * @param stream the number of the stream it belongs to, from 0: the events of one publisher to one topic, whose order
 *     counts
 * @param topic the number of the topic it is published to, from 0
 * @param index its place among the events of its stream, which are published over and over
 * @param value what subscribers add up
 */
public record Event(int stream, int topic, int index, long value) {}
