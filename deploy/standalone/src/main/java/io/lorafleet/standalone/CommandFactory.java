// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.standalone.cli.ContextCommand;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Creates commands and their options. Those that read the environment get it as a parameter, so that tests do not depend
 * on the user's settings.
 */
record CommandFactory(Map<String, String> environment) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type == GatewayOptions.class) {
            return type.cast(new GatewayOptions(environment));
        }
        return type == ContextCommand.class
                ? type.cast(new ContextCommand(new GatewayOptions(environment)))
                : CommandLine.defaultFactory().create(type);
    }
}
