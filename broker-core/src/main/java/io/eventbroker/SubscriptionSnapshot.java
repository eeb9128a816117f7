package io.eventbroker;

/** The statistics of a subscription as plain data. */
record SubscriptionSnapshot(
        String name,
        long matched,
        long replayed,
        long delivered,
        long handled,
        long failed,
        long droppedNewest,
        long droppedOldest,
        long conflated,
        long disconnected,
        long abandoned,
        long queued,
        long inHand,
        long missedAtEnd,
        boolean stuck)
        implements SubscriptionStats {
    @Override
    public long dropped() {
        return droppedNewest + droppedOldest + conflated + disconnected;
    }
}
