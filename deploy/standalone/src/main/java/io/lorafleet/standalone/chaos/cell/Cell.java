// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;

/**
 * One kind of fault, and the fleet that it affects.
 *
 * @param name name on the command line
 * @param description what happens, in one line
 */
public record Cell(String name, String description, RoomSettings room, Fault fault) {
    /** Injects the fault, waits for evidence of its effect, and ends it. */
    public interface Fault {
        void strike(Nemesis nemesis) throws IOException, InterruptedException;
    }
}
