package io.eventbroker.bench.compare;

/**
 * What is published.
 *
 * @param publisher the number of the publisher it belongs to, from 0
 * @param index its place among the events of that publisher, which publishes them over and over
 * @param value what subscribers add up
 */
record Event(int publisher, int index, long value) {}
