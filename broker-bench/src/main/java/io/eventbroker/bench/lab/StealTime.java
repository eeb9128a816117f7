package io.eventbroker.bench.lab;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Time that the processors of a virtual machine had work for and its host kept for others, since the machine was started.
 * Linux tells it in {@code /proc/stat}; elsewhere it is always 0. Reading it allocates less than a kilobyte.
 *
 * @param stolen by the host, of all processors, in ticks of some 10 ms
 * @param wanted that there was work for: what was stolen and what was not
 */
public record StealTime(long stolen, long wanted) {
    private static final StealTime UNKNOWN = new StealTime(0, 0);
    private static final String STAT = "/proc/stat";

    /** Long enough for its first line, which is the sum over all processors. */
    private static final int LENGTH = 256;

    /** Of the numbers of that line: user, nice, system, idle, iowait, irq, softirq, steal; others are parts of these. */
    private static final int COLUMNS = 8;

    private static final int IDLE = 4;
    private static final int IO_WAIT = 5;

    /** Until now. */
    public static StealTime now() {
        byte[] line = new byte[LENGTH];
        try (InputStream stat = new FileInputStream(STAT)) {
            return parse(line, stat.read(line));
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    static StealTime parse(byte[] line, int length) {
        long wanted = 0;
        long number = -1;
        int columns = 0;
        for (int i = 0; i < length && line[i] != '\n'; i++) {
            boolean isDigit = line[i] >= '0' && line[i] <= '9';
            if (isDigit) {
                number = Math.max(0, number) * 10 + line[i] - '0';
            }
            boolean isEnd = number >= 0 && (i + 1 == length || line[i + 1] < '0' || line[i + 1] > '9');
            if (isEnd) {
                columns++;
                wanted += columns == IDLE || columns == IO_WAIT ? 0 : number;
                if (columns == COLUMNS) {
                    return new StealTime(number, wanted);
                }
                number = -1;
            }
        }
        return UNKNOWN; // some other system's file, or that of a Linux before there was steal time
    }

    /** How much of what was wanted since another reading the host has kept, from 0 to 1. */
    public double since(StealTime earlier) {
        long passed = wanted - earlier.wanted;
        return passed <= 0 ? 0 : Math.max(0, Math.min(1, (double) (stolen - earlier.stolen) / passed));
    }
}
