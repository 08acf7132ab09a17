// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.NewControl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for ControlNets. */
public final class ControlOptions {
    @Option(
            names = ControlArgument.OPTION,
            paramLabel = ControlArgument.FORM,
            converter = ControlArgument.Converter.class,
            description =
                    "ControlNet of the base model and its condition image, a PNG or JPEG file such as a drawing of"
                            + " edges. scale multiplies the effect, 0 to 2 (default: 1). start and end are the shares of the"
                            + " model evaluations between which the ControlNet is used (default: 0 and 1). Repeat the option to"
                            + " combine ControlNets. The first file sets the size of the image, unless --init-image, --width"
                            + " or --height is given.")
    private List<ControlArgument> controls = new ArrayList<>();

    /**
     * @return the ControlNets; null if there are none
     * @throws FleetException if a file does not exist or is not a PNG or JPEG file
     */
    public @Nullable List<NewControl> controls() throws IOException {
        if (controls.isEmpty()) {
            return null;
        }
        List<NewControl> read = new ArrayList<>();
        for (ControlArgument each : controls) {
            read.add(each.control());
        }
        return read;
    }
}
