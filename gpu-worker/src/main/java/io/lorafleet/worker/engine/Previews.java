package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.LatentColours;
import java.time.Duration;

/**
 * What is shown of pictures on their way.
 *
 * @param every between two of one picture; zero for none at all
 */
record Previews(LatentColours colours, Duration every) {}
