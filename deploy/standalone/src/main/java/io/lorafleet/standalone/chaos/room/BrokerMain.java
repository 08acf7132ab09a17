// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A Kafka node in a separate process, so that it can be killed. Arguments: folder, cluster id, node id, port,
 * controller port, settings.
 */
final class BrokerMain {
    private static final int FIRST_SETTING = 5;

    private BrokerMain() {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        Map<String, String> settings = new HashMap<>();
        for (int i = FIRST_SETTING; i < args.length; i++) {
            String[] setting = args[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        EmbeddedBroker broker = EmbeddedBroker.startNode(
                Path.of(args[0]),
                args[1],
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                settings);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    }
}
