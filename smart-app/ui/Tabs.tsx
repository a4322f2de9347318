import type { ReactNode } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components/Tabs'
import styles from './Tabs.module.css'

export type TabItem = {
  readonly id: string
  readonly title: string
  /** Shown beside the title, for example a severity shape with a count. */
  readonly mark?: ReactNode
  readonly content: () => ReactNode
}

/** Tabs with arrow-key navigation; only the open panel is rendered. */
export const Tabs = ({
  label,
  items,
  selected,
  onSelect,
}: {
  readonly label: string
  readonly items: readonly TabItem[]
  readonly selected: string
  readonly onSelect: (id: string) => void
}) => (
  <AriaTabs className={styles.tabs ?? ''} selectedKey={selected} onSelectionChange={(key) => onSelect(String(key))}>
    <TabList aria-label={label} className={`${styles.list} screen-only`}>
      {items.map((item) => (
        <Tab key={item.id} id={item.id} className={styles.tab ?? ''}>
          <span>{item.title}</span>
          {item.mark}
        </Tab>
      ))}
    </TabList>
    {items.map((item) => (
      <TabPanel key={item.id} id={item.id} className={styles.panel ?? ''}>
        {item.content()}
      </TabPanel>
    ))}
  </AriaTabs>
)
