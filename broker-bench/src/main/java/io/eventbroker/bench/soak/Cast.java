package io.eventbroker.bench.soak;

import io.eventbroker.BrokerConfig;
import io.eventbroker.Overflow;
import io.eventbroker.WaitMode;
import io.eventbroker.bench.soak.Spec.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Who takes part in a generation, and how large everything is. All of it follows from a seed. */
final class Cast {
    /** How large rings and queues are. */
    enum Scale {
        TINY(64, 12, 60_000),
        SMALL(1_024, 400, 500_000),
        USUAL(1 << 16, 4_000, 2_500_000);

        private final int ring;
        private final int capacity;
        final int messages;

        Scale(int ring, int capacity, int messages) {
            this.ring = ring;
            this.capacity = capacity;
            this.messages = messages;
        }

        static Scale of(int generation) {
            return switch (generation % 4) {
                case 0 -> SMALL;
                case 1 -> TINY;
                default -> USUAL;
            };
        }
    }

    /** How a generation ends. */
    enum Ending {
        /** Closed when the publishers have ended, with time for everything. */
        AFTER_PUBLISHERS(Duration.ofMinutes(5)),
        /** Closed while they publish, with time for everything that was accepted. */
        PATIENT(Duration.ofMinutes(5)),
        /** Closed while they publish, with little or no time. */
        ABRUPT(Duration.ofMillis(2));

        final Duration timeout;

        Ending(Duration timeout) {
            this.timeout = timeout;
        }

        static Ending of(int generation) {
            return switch (generation % 3) {
                case 0 -> AFTER_PUBLISHERS;
                case 1 -> PATIENT;
                default -> ABRUPT;
            };
        }

        boolean isPatient() {
            return this != ABRUPT;
        }
    }

    private static final List<Overflow> LOSSY =
            List.of(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.CONFLATE, Overflow.DISCONNECT);

    private final Random random;
    private final Scale scale;

    Cast(Random random, Scale scale) {
        this.random = random;
        this.scale = scale;
    }

    BrokerConfig config() {
        int draw = random.nextInt(10);
        WaitMode mode = draw < 6 ? WaitMode.PARK : draw < 9 ? WaitMode.YIELD : WaitMode.SPIN;
        BrokerConfig config = BrokerConfig.defaults()
                .withName("soak")
                .withRingSize(Math.max(2, scale.ring >> random.nextInt(3)))
                .withLaneSize(Math.max(2, scale.ring >> random.nextInt(5)))
                .withWaitMode(mode);
        return random.nextBoolean()
                ? config
                : config.withThreadFactory(task -> {
                    Thread thread = new Thread(task);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Those who are there from the first message to the last, or would be. */
    List<Spec> permanent() {
        List<Spec> specs = new ArrayList<>();
        specs.add(new Draft("witness", Target.ALL, Overflow.DROP_OLDEST)
                .messages()
                .spec());
        for (Overflow policy : Overflow.values()) {
            specs.add(any("any-" + policy, policy).spec());
        }
        for (Overflow policy : LOSSY) {
            Draft held = new Draft("held-" + policy, pick(Target.A, Target.Y, Target.ANY_A, Target.LANES), policy);
            specs.add(
                    held.form().capacity(1 + random.nextInt(16)).role(Role.HELD).spec());
        }
        specs.add(any("slow", LOSSY.get(random.nextInt(3))).role(Role.SLOW).spec());
        Draft pool =
                new Draft("pool", anyTarget(), pick(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.BACKPRESSURE));
        specs.add(pool.form().push().consumers(2 + random.nextInt(2)).spec());
        Draft readers = new Draft(
                "readers", anyTarget(), pick(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.BACKPRESSURE));
        specs.add(readers.form().pull().consumers(2).spec());
        Draft keys = new Draft(
                "keys",
                keyedTarget(),
                pick(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.CONFLATE, Overflow.BACKPRESSURE));
        specs.add(keys.form()
                .push()
                .consumers(2 + random.nextInt(2))
                .orderedByKey()
                .spec());
        specs.add(new Draft("relay", Target.X, pick(Overflow.DROP_NEWEST, Overflow.BACKPRESSURE))
                .form()
                .all()
                .push()
                .role(Role.RELAY)
                .spec());
        specs.add(new Draft("relayed", Target.R, Overflow.BACKPRESSURE).form().spec());
        specs.add(any("failing", pick(Overflow.DROP_NEWEST, Overflow.BACKPRESSURE))
                .push()
                .role(Role.FAILING)
                .spec());
        return specs;
    }

    /** One who comes and goes. */
    Spec guest(int number) {
        Draft guest = any("guest-" + number, pick(Overflow.values()));
        return random.nextBoolean() ? guest.replaying().spec() : guest.spec();
    }

    private Draft any(String name, Overflow policy) {
        return new Draft(name, policy == Overflow.CONFLATE ? keyedTarget() : anyTarget(), policy).form();
    }

    private Target anyTarget() {
        return pick(Target.values());
    }

    private Target keyedTarget() {
        return pick(Target.A, Target.ANY_A, Target.Y, Target.K, Target.LANES, Target.ALL);
    }

    @SafeVarargs
    private <E> E pick(E... some) {
        return some[random.nextInt(some.length)];
    }

    /** A spec in the making; unless told otherwise, of capacity and form by chance. */
    private final class Draft {
        private final String name;
        private final Target target;
        private final Overflow policy;
        private int capacity;
        private boolean isSpecial;
        private boolean isPull;
        private boolean hasMessages;
        private int consumers = 1;
        private boolean isOrderedByKey;
        private boolean isReplaying;
        private Role role = Role.PLAIN;

        Draft(String name, Target target, Overflow policy) {
            this.name = name;
            this.target = target;
            this.policy = policy;
            capacity = 1 + random.nextInt(scale.capacity);
            if (policy == Overflow.CONFLATE && random.nextBoolean()) {
                capacity = Math.max(capacity, target.places());
            }
        }

        Draft form() {
            isSpecial = random.nextInt(3) == 0;
            isPull = random.nextBoolean();
            hasMessages = random.nextInt(3) > 0;
            return this;
        }

        Draft capacity(int events) {
            capacity = events;
            return this;
        }

        Draft all() {
            isSpecial = false;
            return this;
        }

        Draft push() {
            isPull = false;
            return this;
        }

        Draft pull() {
            isPull = true;
            return this;
        }

        Draft messages() {
            hasMessages = true;
            return this;
        }

        Draft consumers(int number) {
            consumers = number;
            return this;
        }

        Draft orderedByKey() {
            isOrderedByKey = true;
            return this;
        }

        Draft replaying() {
            isReplaying = true;
            return this;
        }

        Draft role(Role some) {
            role = some;
            return this;
        }

        Spec spec() {
            return new Spec(
                    name,
                    target,
                    isSpecial,
                    policy,
                    capacity,
                    isPull,
                    hasMessages,
                    consumers,
                    isOrderedByKey,
                    isReplaying,
                    role);
        }
    }
}
