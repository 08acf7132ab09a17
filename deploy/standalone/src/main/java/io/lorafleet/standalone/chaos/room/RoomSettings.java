// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import java.util.HashMap;
import java.util.Map;

/**
 * The fleet of a run.
 *
 * @param brokers number of Kafka nodes, 1 or 3
 * @param partitions number of partitions in each topic that is not compacted, except the request topics; also the number
 *     of adapters, so that there can be feedback in each partition
 * @param slots number of slots of each worker
 * @param smallDisk whether the blob store is on a small file system of its own; mounting it requires root privileges
 * @param services services that differ from the others, by name
 * @param trainerConfig additional configuration of the trainers
 */
public record RoomSettings(
        int brokers,
        int partitions,
        int gateways,
        int workers,
        int trainers,
        int slots,
        boolean smallDisk,
        Map<String, ServiceSettings> services,
        Map<String, String> trainerConfig) {
    public static RoomSettings usual() {
        return new RoomSettings(1, 1, 2, 2, 0, 3, false, Map.of(), Map.of());
    }

    public RoomSettings withSmallDisk() {
        return new RoomSettings(brokers, partitions, gateways, workers, trainers, slots, true, services, trainerConfig);
    }

    public RoomSettings withTrainers(int number, Map<String, String> more) {
        return new RoomSettings(brokers, partitions, gateways, workers, number, slots, smallDisk, services, more);
    }

    public RoomSettings withBrokers(int number) {
        return new RoomSettings(
                number, partitions, gateways, workers, trainers, slots, smallDisk, services, trainerConfig);
    }

    public RoomSettings withPartitions(int number) {
        return new RoomSettings(
                brokers, number, gateways, workers, trainers, slots, smallDisk, services, trainerConfig);
    }

    public RoomSettings with(String service, ServiceSettings settings) {
        Map<String, ServiceSettings> all = new HashMap<>(services);
        all.put(service, settings);
        return new RoomSettings(
                brokers, partitions, gateways, workers, trainers, slots, smallDisk, Map.copyOf(all), trainerConfig);
    }
}
