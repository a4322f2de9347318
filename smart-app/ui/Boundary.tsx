import { Component, type ReactNode } from 'react'
import { Notice } from './Notice.tsx'

type Props = { readonly text: string; readonly children: ReactNode }

/** Keeps one part's fault from blanking the page, and says that the part is missing. React offers this to classes only. */
export class Boundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? <Notice level="critical" title={this.props.text} /> : this.props.children
  }
}
