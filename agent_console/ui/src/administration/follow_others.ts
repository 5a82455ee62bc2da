/** Every list of the administration follows what others change: asked anew when the live channel tells of a change. */

import { useFreshQueries } from "../live/fresh";

export function useFollowOthers(): void {
  useFreshQueries("settings", ["settings"]);
  useFreshQueries("settings", ["teams"]);
  useFreshQueries("settings", ["skills"]);
  useFreshQueries("settings", ["reasons"]);
  useFreshQueries("settings", ["dispositions"]);
  useFreshQueries("settings", ["names"]);
  useFreshQueries("settings", ["flows"]);
  useFreshQueries("settings", ["users"]);
  // who signed in, or is locked, is no setting
  useFreshQueries("audit", ["users"]);
}
