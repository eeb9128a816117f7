package io.eventbroker.examples.returns;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.examples.returns.Ledger.OwnCounts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether the ledger notices what it is for. */
class LedgerTest {
    /** Two returns, of which the warehouse dropped one; billing decided both. */
    private static final Broker ACCOUNTS = new Broker(5, 5, 0, 5, 0, 0);

    private static final Account BILLING = new Account("billing", 2, 2, 0, 0, 0);
    private static final Account WAREHOUSE = new Account("warehouse", 2, 1, 0, 1, 0);
    private static final Account AUDIT = new Account("audit", 5, 5, 0, 0, 0);
    private static final OwnCounts OWN = new OwnCounts(2, 3, Map.of("billing", 2L, "warehouse", 1L), 5);

    @Test
    void balancesWhenTheAccountsAddUpAndAgreeWithOwnCounts() {
        Ledger ledger = ledger(ACCOUNTS.with(BILLING, WAREHOUSE, AUDIT), OWN);

        assertThat(ledger.differences()).isEmpty();
        assertThat(ledger.complete()).isTrue();
        assertThat(ledger)
                .hasToString("offered 5 = accepted 5 + refused 0; accepted = routed 5 + unrouted 0 + discarded 0;"
                        + " matched 9 = handled 8 + failed 0 + dropped 1 (warehouse 1 newest) + abandoned 0;"
                        + " counted without the broker: published 5, received 8; balances");
    }

    @Test
    void aLostMessageIsADifference() {
        Account lossy = new Account("warehouse", 2, 1, 0, 0, 0);

        Ledger ledger = ledger(ACCOUNTS.with(BILLING, lossy, AUDIT), OWN);

        assertThat(ledger.balances()).isFalse();
        assertThat(ledger.toString())
                .endsWith("DOES NOT BALANCE: warehouse: matched = handled + failed + dropped + abandoned,"
                        + " but 2 is not 1");
    }

    @Test
    void aMessageThatNeverMatchedIsADifference() {
        Account deaf = new Account("warehouse", 1, 1, 0, 0, 0);

        assertThat(ledger(ACCOUNTS.with(BILLING, deaf, AUDIT), OWN).differences())
                .containsExactly("warehouse: matched = returns, but 1 is not 2");
    }

    @Test
    void aHandlerCallThatNobodySawIsADifference() {
        OwnCounts own = new OwnCounts(2, 3, Map.of("billing", 1L, "warehouse", 1L), 4);

        assertThat(ledger(ACCOUNTS.with(BILLING, WAREHOUSE, AUDIT), own).differences())
                .containsExactly(
                        "billing: handled + failed = received, but 2 is not 1",
                        "audit: handled + failed = received, but 5 is not 4");
    }

    @Test
    void totalsOfTheBrokerThatDoNotAddUpAreDifferences() {
        Broker wrong = new Broker(7, 5, 1, 4, 0, 0);

        assertThat(ledger(wrong.with(BILLING, WAREHOUSE, AUDIT), OWN).differences())
                .containsExactly(
                        "offered = accepted + refused, but 7 is not 6",
                        "accepted = routed + unrouted + discarded, but 5 is not 4",
                        "audit: matched = routed, but 5 is not 4");
    }

    @Test
    void aPublicationTheBrokerDoesNotKnowIsADifference() {
        OwnCounts own = new OwnCounts(2, 4, OWN.received(), OWN.audited());

        assertThat(ledger(ACCOUNTS.with(BILLING, WAREHOUSE, AUDIT), own).differences())
                .containsExactly("accepted = published, but 5 is not 6");
    }

    @Test
    void whatFailedOrWasAbandonedBalancesButIsNotComplete() {
        Account failing = new Account("warehouse", 2, 0, 1, 0, 1);

        Ledger ledger = ledger(ACCOUNTS.with(BILLING, failing, AUDIT), OWN);

        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.complete()).isFalse();
        assertThat(ledger.summary()).contains("failed 1 (warehouse 1)", "abandoned 1 (warehouse 1)");
    }

    /** What came after is nowhere in the accounts. */
    @Test
    void whoWasDisconnectedBalancesButIsNotComplete() {
        Account cut = new Account("warehouse", 1, 0, 0, 1, 0, true);
        OwnCounts own = new OwnCounts(2, 3, Map.of("billing", 2L, "warehouse", 0L), 5);

        Ledger ledger = ledger(ACCOUNTS.with(BILLING, cut, AUDIT), own);

        assertThat(ledger.differences()).isEmpty();
        assertThat(ledger.complete()).isFalse();
        assertThat(ledger.summary()).contains("dropped 1 (warehouse 1 disconnected)");
    }

    private static Ledger ledger(BrokerStats accounts, OwnCounts own) {
        return Ledger.of(accounts, accounts.subscriptions(), own);
    }

    private record Broker(
            long offered,
            long accepted,
            long refused,
            long routed,
            long unrouted,
            long discarded,
            List<SubscriptionStats> subscriptions)
            implements BrokerStats {
        Broker(long offered, long accepted, long refused, long routed, long unrouted, long discarded) {
            this(offered, accepted, refused, routed, unrouted, discarded, List.of());
        }

        Broker with(Account... accounts) {
            return new Broker(offered, accepted, refused, routed, unrouted, discarded, List.of(accounts));
        }

        @Override
        public State state() {
            return State.CLOSED;
        }

        @Override
        public long events() {
            return 0;
        }

        @Override
        public long forgotten() {
            return 0;
        }

        @Override
        public Throwable failure() {
            return null;
        }
    }

    private record Account(
            String name, long matched, long handled, long failed, long dropped, long abandoned, boolean isCut)
            implements SubscriptionStats {
        Account(String name, long matched, long handled, long failed, long dropped, long abandoned) {
            this(name, matched, handled, failed, dropped, abandoned, false);
        }

        @Override
        public long delivered() {
            return handled + failed;
        }

        @Override
        public long droppedNewest() {
            return isCut ? 0 : dropped;
        }

        @Override
        public long droppedOldest() {
            return 0;
        }

        @Override
        public long disconnected() {
            return isCut ? dropped : 0;
        }

        @Override
        public long replayed() {
            return 0;
        }

        @Override
        public long conflated() {
            return 0;
        }

        @Override
        public long missedAtEnd() {
            return 0;
        }

        @Override
        public long queued() {
            return 0;
        }

        @Override
        public long inHand() {
            return 0;
        }

        @Override
        public boolean stuck() {
            return false;
        }
    }
}
