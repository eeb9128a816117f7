package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Each thing a handler can ask of its broker, and how that may end. */
enum ReentrantDeed {
    PUBLISH_OWN(Kind.PUBLISH_OWN, me -> me.publisher.publish(me.broker(), me.topic, Ledger.Event::new)),
    PUBLISH_OTHER(Kind.PUBLISH, me -> me.publisher.publish(me.broker(), ReentrantScene.OTHER, Ledger.Event::new)),
    TRY_OWN(Kind.TRY, me -> me.publisher.tryPublish(me.broker(), me.topic, Ledger.Event::new)),
    TRY_OTHER(Kind.TRY, me -> me.publisher.tryPublish(me.broker(), ReentrantScene.OTHER, Ledger.Event::new)),
    TRY_OWN_TIMED(Kind.TIMED, me -> me.publisher.tryPublish(me.broker(), me.topic, Ledger.Event::new, Deeds.SOON)),
    TRY_OTHER_TIMED(
            Kind.TIMED,
            me -> me.publisher.tryPublish(me.broker(), ReentrantScene.OTHER, Ledger.Event::new, Deeds.SOON)),
    LANE_OPEN(
            Kind.SUBSCRIBE,
            me -> assertThat(me.broker().lane(ReentrantScene.OTHER)).isNotNull()),
    LANE_PUBLISH(Kind.LANE, me -> me.lane.publish(Ledger.Event::new)),
    LANE_TRY(Kind.LANE_TRY, me -> me.lane.tryPublish(Ledger.Event::new)),
    LANE_PUBLISH_ALL(Kind.LANE, me -> me.lane.publishAll(Ledger.Event::new, 1)),
    LANE_CLOSE(Kind.PLAIN, me -> {
        me.isLaneClosed = true;
        me.lane.close();
    }),
    LANE_ALL_ITS_LIFE(Kind.SUBSCRIBE, me -> {
        LedgerLane<Ledger.Event> lane = me.scene.ledger.lane(me.broker(), Topic.of("own.lane", Ledger.Event.class));
        try {
            lane.tryPublish(Ledger.Event::new);
        } finally {
            lane.close();
        }
    }),
    ON_EVENT(Kind.SUBSCRIBE, me -> {
        LedgerSubscriber<Ledger.Event> guest = me.scene.ledger.subscriber(ReentrantScene.OTHER);
        guest.subscribe(() -> me.broker().subscribe(ReentrantScene.OTHER, guest.handler()));
    }),
    ON_MESSAGE(Kind.SUBSCRIBE, me -> {
        LedgerSubscriber<Ledger.Event> guest = me.scene.ledger.subscriber(me.topic);
        guest.subscribe(() ->
                me.broker().subscription(me.topic).capacity(2).onMessage(message -> guest.received(message.event())));
    }),
    INBOX(Kind.SUBSCRIBE, me -> {
        LedgerSubscriber<Ledger.Event> guest = me.scene.ledger.subscriber(ReentrantScene.OTHER);
        guest.inbox(() -> me.broker().inbox(ReentrantScene.OTHER));
    }),
    BY_PATTERN(Kind.SUBSCRIBE, me -> {
        TopicPattern<Ledger.Event> all = TopicPattern.of(">", Ledger.Event.class);
        LedgerSubscriber<Ledger.Event> guest = me.scene.ledger.subscriber(all);
        guest.subscribe(() -> me.broker()
                .subscription(all)
                .capacity(3)
                .overflow(Overflow.DROP_OLDEST)
                .replayRetained()
                .onEvent(guest.handler()));
    }),
    TO_BROKER_EVENTS(Kind.SUBSCRIBE, me -> me.broker().subscribe(BrokerEvent.TOPIC, event -> {})),
    MESSAGES_OF_BROKER_EVENTS(
            Kind.SUBSCRIBE,
            me -> assertThat(me.broker().subscription(BrokerEvent.TOPIC).messageInbox())
                    .isNotNull()),
    BY_A_NAME_IN_USE(
            Kind.REFUSED,
            me -> me.broker()
                    .subscription(ReentrantScene.OTHER)
                    .named(ReentrantScene.TAKEN)
                    .onEvent(event -> {})),
    POLL(Kind.READ_NOW, me -> me.scene.took(me.scene.inbox.poll())),
    POLL_TIMED(Kind.READ_TIMED, me -> me.scene.took(me.scene.inbox.poll(Deeds.SOON))),
    TAKE(Kind.READ, me -> me.scene.took(me.scene.inbox.take())),
    DRAIN(Kind.PLAIN, me -> {
        List<Ledger.Event> drained = new ArrayList<>();
        me.scene.inbox.drainTo(drained);
        drained.forEach(me.scene::took);
    }),
    ITERATE(Kind.ITERATE, me -> {
        Iterator<Ledger.Event> events = me.scene.inbox.iterator();
        if (events.hasNext()) {
            me.scene.took(events.next());
        }
    }),
    INBOX_CLOSE(Kind.PLAIN, me -> me.scene.endInbox()),
    SELECT(Kind.READ_TIMED, me -> me.scene.took(Select.of(me.scene.inbox).poll(Duration.ZERO))),
    SELECT_TIMED(Kind.READ_TIMED, me -> me.scene.took(Select.of(me.scene.inbox).poll(Deeds.SOON))),
    SELECT_TAKE(Kind.READ, me -> me.scene.took(Select.of(me.scene.inbox).take())),
    UNSUBSCRIBE_ITSELF(Kind.PLAIN, me -> {
        me.isGone = true;
        me.subscriber.unsubscribe();
    }),
    UNSUBSCRIBE_ANOTHER(Kind.PLAIN, me -> me.scene.unsubscribeAnother(me)),
    UNSUBSCRIBE_ANOTHER_TWICE(Kind.PLAIN, me -> {
        me.scene.unsubscribeAnother(me);
        me.scene.unsubscribeAnother(me);
    }),
    STATS(Kind.PLAIN, me -> assertThat(me.broker().stats().offered()).isPositive()),
    STATS_OF_ITSELF(
            Kind.PLAIN,
            me -> assertThat(me.subscriber.subscription().stats().inHand()).isEqualTo(1)),
    STATS_OF_AN_INBOX(
            Kind.PLAIN, me -> assertThat(me.scene.inbox.stats().matched()).isNotNegative()),
    TO_STRING(Kind.PLAIN, me -> assertThat(me.broker().toString()).contains("broker \"")),
    AWAIT_QUIESCENCE(Kind.MISUSE, me -> me.broker().awaitQuiescence(Tests.PATIENCE)),
    CLOSE(Kind.PLAIN, me -> {
        me.scene.isClosing = true;
        assertThat(me.broker().close(Tests.PATIENCE).state()).isNotEqualTo(BrokerStats.State.OPEN);
    }),
    CLOSE_AS_CONFIGURED(Kind.PLAIN, me -> {
        me.scene.isClosing = true;
        me.broker().close();
    }),
    CLOSE_AT_ONCE(Kind.PLAIN, me -> {
        me.scene.isClosing = true;
        me.scene.isHurried = true;
        me.broker().close(Duration.ZERO);
    }),
    INTERRUPT(Kind.PLAIN, me -> {
        me.isInterrupted = true;
        Thread.currentThread().interrupt();
    }),
    FAIL_IN_THE_END(Kind.PLAIN, me -> me.isToFail = true),
    RUN_ONE(Kind.STEP, me -> ((ManualBroker) me.broker()).runOne()),
    RUN_UNTIL_IDLE(Kind.STEP, me -> ((ManualBroker) me.broker()).runUntilIdle());

    enum Kind {
        PLAIN,
        /** Only on a manual broker. */
        STEP,
        PUBLISH_OWN,
        PUBLISH,
        TRY,
        TIMED,
        LANE,
        LANE_TRY,
        SUBSCRIBE,
        /** Refused while the broker is open, too. */
        REFUSED,
        READ_NOW,
        READ_TIMED,
        READ,
        ITERATE,
        MISUSE
    }

    /** How a call ended. */
    enum Ending {
        DONE,
        CLOSED,
        CYCLE,
        CANCELLED,
        INTERRUPTED,
        ENDED,
        ILLEGAL,
        UNDOCUMENTED
    }

    @FunctionalInterface
    interface Call {
        void by(ReentrantScene.Actor me) throws Exception;
    }

    private static final class Deeds {
        static final Duration SOON = Duration.ofNanos(200_000);
    }

    final Kind kind;
    final Call call;

    ReentrantDeed(Kind kind, Call call) {
        this.kind = kind;
        this.call = call;
    }
}
