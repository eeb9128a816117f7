package io.eventbroker.bench.compare.peers;

/** What a contender is there for. */
public enum Role {
    /** The broker with its default settings: what has targets. */
    OWN("broker"),
    /** The broker with settings that have no target. */
    EXTRA("broker, no target"),
    /** It hands events to other threads, as the broker does. */
    ASYNCHRONOUS("asynchronous peer"),
    /** It calls subscribers on the publisher's thread, so that a slow subscriber is a slow publisher. */
    SAME_THREAD("same-thread peer"),
    /** It moves events between threads and does nothing else: no topics, nobody comes or goes. */
    LIMIT("limit");

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /** For people. */
    @Override
    public String toString() {
        return text;
    }
}
