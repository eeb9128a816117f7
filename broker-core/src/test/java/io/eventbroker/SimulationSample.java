package io.eventbroker;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A few seeds of the simulation, for those who need them often: seeded faults and mutants. {@code -Dsample=N} asks for
 * another number than 60. No build runs it by itself.
 */
class SimulationSample {
    private static SimulationLog log;

    @BeforeAll
    static void whatIsLoggedIsCompared() {
        log = new SimulationLog();
    }

    @AfterAll
    static void logAsUsual() {
        log.close();
    }

    @Test
    void eachSeedBehavesAsTheModelSays() {
        int seeds = Integer.getInteger("sample", 60);
        for (long seed = 1; seed <= seeds; seed++) {
            new Simulation(seed, log, false).run();
        }
    }
}
