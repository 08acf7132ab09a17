// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import java.time.Duration;
import java.util.Map;

/**
 * The fleet of a run.
 *
 * @param brokers number of Kafka nodes, 1 or 3
 * @param slots number of slots of each worker
 * @param smallDisk whether the blob store is on a small file system of its own, which needs the right to mount one
 * @param clocks how far the clock of a service is ahead, by name
 * @param trainerConfig additional configuration of the trainers
 */
public record RoomSettings(
        int brokers,
        int gateways,
        int workers,
        int trainers,
        int slots,
        boolean smallDisk,
        Map<String, Duration> clocks,
        Map<String, String> trainerConfig) {
    public static RoomSettings usual() {
        return new RoomSettings(1, 2, 2, 0, 3, false, Map.of(), Map.of());
    }

    public RoomSettings withSmallDisk() {
        return new RoomSettings(brokers, gateways, workers, trainers, slots, true, clocks, trainerConfig);
    }

    public RoomSettings withTrainers(int number, Map<String, String> more) {
        return new RoomSettings(brokers, gateways, workers, number, slots, smallDisk, clocks, more);
    }

    public RoomSettings withBrokers(int number) {
        return new RoomSettings(number, gateways, workers, trainers, slots, smallDisk, clocks, trainerConfig);
    }

    /** @param ahead how far the clock of a service is ahead; may be negative */
    public RoomSettings withClock(String service, Duration ahead) {
        Map<String, Duration> wrong = Map.of(service, ahead);
        return new RoomSettings(brokers, gateways, workers, trainers, slots, smallDisk, wrong, trainerConfig);
    }
}
