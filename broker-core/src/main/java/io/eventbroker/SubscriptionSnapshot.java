package io.eventbroker;

/** The statistics of a subscription as plain data. */
record SubscriptionSnapshot(
        String name,
        long handled,
        long failed,
        long delivered,
        long inHand,
        long missedAtEnd,
        boolean stuck,
        long droppedNewest,
        long droppedOldest,
        long conflated,
        long disconnected,
        long abandoned,
        long queued,
        long replayed,
        long matched)
        implements SubscriptionStats {
    @Override
    public long dropped() {
        return droppedNewest + droppedOldest + conflated + disconnected;
    }
}
